import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ZooKeeperCoordination } from '../../../../src/adapters/zookeeper/coordination/session.ts';
import { type JobId, jobId, nodeId } from '../../../../src/base/ids.ts';
import type { LiveJob } from '../../../../src/core/jobs/live.ts';
import type { ClusterView } from '../../../../src/core/membership/cluster-view.ts';
import type { Coordination, Decisions, LeaderTerm } from '../../../../src/ports/coordination.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  assignmentOf,
  describeNode,
  liveJob,
  liveTask,
  reportOf,
  startOfTime,
} from '../../../support/live-cluster.ts';
import type { TestClients } from '../../../support/zookeeper/clients.ts';
import type { Ensemble } from '../../../support/zookeeper/ensemble.ts';
import { HolderProcess } from '../../../support/zookeeper/holder-process.ts';
import { TestSessions } from '../../../support/zookeeper/sessions.ts';

type Parts = { readonly ensemble: Ensemble; readonly clients: TestClients };

const n1 = nodeId('n1');

/** A table of which one task is with `n1`, and the list that says so. */
function given(id: string): Decisions {
  const at = startOfTime;
  const task = liveTask('t', { state: 'assigned', node: n1, attempt: 1, at });
  const job = liveJob({ id, tasks: [task, liveTask('u')] });
  return { jobs: new Map([[job.id, job]]), work: new Map([[n1, [assignmentOf(job, task)]]]) };
}

export function coordinationFailures(parts: () => Parts): void {
  describe('coordination while servers and processes fail', () => {
    for (const role of ['follower', 'leader'] as const) lostServer(parts, role);
    frozenServer(parts);
    lostQuorum(parts);
    largeDecisions(parts);
    lostNodes(parts);
    stoppedProcess(parts);
    bounce(parts);
    wipe(parts);
  });
}

function lostServer(parts: () => Parts, role: 'follower' | 'leader'): void {
  it(`deposes a leader whose server, the ${role}, is killed, and lets it lead on with all that was decided`, async () => {
    const { ensemble, clients } = parts();
    await using sessions = new TestSessions(clients);
    const server = await ensemble[role]();
    const client = await clients.at(server);
    const session = await sessions.session('quality', client);
    const away = await sessions.session('quality', await clients.elsewhere(client));
    const leader = await sessions.leader(session);
    const term = await leader.term();
    await session.join(describeNode('n1'));
    assert.equal(await session.decide(term, given('j1')), 'written');
    await eventually('it sees itself', async () => (await session.view()).nodes.length === 1);
    let told = 0;
    session.watchView(() => {
      told += 1;
    });
    await server.kill();
    await eventually('it is deposed', () => leader.events.includes('deposed'));
    // While it is cut off, somebody joins: nothing tells it of that but looking again.
    await eventually('another node joins', () => away.join(describeNode('n2')), 20_000);
    const again = await leader.term(2);
    assert.deepEqual(again, term);
    await eventually('it is told to look again', () => told > 0);
    const view = await eventually('it sees everything', async () => {
      const seen = await session.view();
      return seen.nodes.length === 2 && seen;
    });
    assert.deepEqual([view.jobs, view.work], [given('j1').jobs, given('j1').work]);
    assert.equal(await session.decide(again, given('j2')), 'written');
    await server.restart();
  });
}

function frozenServer(parts: () => Parts): void {
  it('refuses to say that a decision stands when its server hangs, and looks before it decides again', async () => {
    const { clients } = parts();
    await using sessions = new TestSessions(clients);
    const client = await clients.atFollower();
    const session = await sessions.session('quality', client);
    const leader = await sessions.leader(session);
    const term = await leader.term();
    await session.decide(term, given('j1'));
    const server = clients.serverOf(client);
    server.freeze();
    await assert.rejects(session.decide(term, given('j2')), /COORDINATION_LOST/);
    await assert.rejects(session.view(), /COORDINATION_LOST/);
    const again = await leader.term(2);
    server.thaw();
    const mine = await eventually('it can look again', () => session.view());
    const theirs = await viewOfAnother(sessions);
    assert.deepEqual([mine.jobs, mine.work], [theirs.jobs, theirs.work]);
    assert.equal(await session.decide(again, given('j3')), 'written');
    assert.deepEqual((await session.view()).work, given('j3').work);
  });
}

function lostQuorum(parts: () => Parts): void {
  for (const [claim, sessionTimeoutMs] of [
    ['shorter', 4_000],
    ['longer', 2_000],
  ] as const) {
    it(`loses no member and no decision when the quorum is lost for ${claim} than the session time-out`, async () => {
      const { ensemble, clients } = parts();
      await using sessions = new TestSessions(clients);
      const session = await sessions.session('quality', clients.make({ sessionTimeoutMs }));
      const leader = await sessions.leader(session);
      await session.join(describeNode('n1'));
      await session.decide(await leader.term(), given('j1'));
      const lost = ensemble.servers.slice(0, 2);
      await Promise.all(lost.map((server) => server.kill()));
      await eventually('it is deposed', () => leader.events.includes('deposed'));
      if (claim === 'longer') {
        await eventually(
          'more than the time-out has passed',
          () => session.lastReplyAgeMs() > 1.5 * session.sessionTimeoutMs,
        );
        assert.equal(session.state(), 'suspended');
        await assert.rejects(session.view(), /COORDINATION_LOST/);
      }
      await Promise.all(lost.map((server) => server.restart()));
      const term = await leader.term(2);
      const view = await eventually('it can look again', () => session.view());
      assert.deepEqual(view.nodes, [describeNode('n1')]);
      assert.deepEqual([view.jobs, view.work], [given('j1').jobs, given('j1').work]);
      assert.equal(await session.decide(term, given('j2')), 'written');
    });
  }
}

/** Tables and lists of several megabytes. */
function large(round: number): Decisions {
  const jobs = new Map<JobId, LiveJob>();
  const work = new Map<ReturnType<typeof nodeId>, ReturnType<typeof assignmentOf>[]>();
  for (let j = 0; j < 6; j += 1) {
    const tasks = Array.from({ length: 1_000 }, (_, at) => {
      const name = `r${round}/${'long/'.repeat(30)}${at}`;
      const state = { state: 'assigned', node: nodeId(`n${at % 20}`), attempt: 1, at: startOfTime } as const;
      return liveTask(name, at < 40 ? state : undefined);
    });
    const job = liveJob({ id: `large-${j}`, tasks });
    jobs.set(job.id, job);
    for (const task of tasks.slice(0, 40)) {
      if (task.state.state !== 'assigned') continue;
      const { node } = task.state;
      work.set(node, [...(work.get(node) ?? []), assignmentOf(job, task)]);
    }
  }
  return { jobs, work };
}

/** Tasks in work lists that no table gives to that node. */
function unknownTasks({ work, jobs }: ClusterView): readonly string[] {
  const known = new Set<string>();
  for (const job of jobs.values()) {
    for (const { state, plan } of job.tasks)
      if (state.state === 'assigned') known.add(`${state.node} ${job.id}/${plan.name}`);
  }
  return [...work].flatMap(([node, list]) =>
    list.map(({ task }) => `${node} ${task}`).filter((each) => !known.has(each)),
  );
}

function largeDecisions(parts: () => Parts): void {
  it('writes decisions of several megabytes in several steps, each of which leaves what is sound', async () => {
    const { clients } = parts();
    await using sessions = new TestSessions(clients);
    const client = await clients.atFollower();
    const session = await sessions.session('quality', client);
    const leader = await sessions.leader(session);
    const term = await leader.term();
    const first = large(1);
    assert.equal(await session.decide(term, first), 'written');
    const theirs = await viewOfAnother(sessions);
    assert.deepEqual([theirs.jobs, theirs.work], [first.jobs, first.work]);
    // The server dies somewhere within the next ones.
    const server = clients.serverOf(client);
    const decided = session.decide(term, large(2)).catch((error: unknown) => error);
    await eventually('it has begun', () => client.lastReplyAgeMs() < 50);
    await server.kill();
    await decided;
    const again = await leader.term(2);
    const between = await eventually('it can look again', () => session.view());
    assert.deepEqual(unknownTasks({ ...between, work: newIn(between, first) }), []);
    const last = large(3);
    assert.equal(await session.decide(again, last), 'written');
    const after = await viewOfAnother(sessions);
    assert.deepEqual([after.jobs, after.work], [last.jobs, last.work]);
    await server.restart();
  });
}

/** The work lists without what was in them before. */
function newIn(view: ClusterView, before: Decisions): ClusterView['work'] {
  const old = new Set([...before.work.values()].flatMap((list) => list.map(({ task }) => task)));
  return new Map(Array.from(view.work, ([node, list]) => [node, list.filter(({ task }) => !old.has(task))]));
}

function lostNodes(parts: () => Parts): void {
  it('keeps the last report of a node that was lost until its work is taken away, and its drain mark until it is forgotten', async () => {
    const { clients } = parts();
    await using sessions = new TestSessions(clients);
    const [session, lost] = [await sessions.session(), await sessions.session()];
    const term = await (await sessions.leader(session)).term();
    const membership = await lost.join(describeNode('n1'));
    await session.decide(term, given('j1'));
    await membership.report(reportOf('n1'));
    await session.setDrain(n1, true);
    await sessions.crash(lost);
    const view = await eventually('it is no member', async () => {
      const seen = await session.view();
      return seen.nodes.length === 0 && seen;
    });
    assert.deepEqual([...view.reports.keys()], [n1]);
    const taken = { work: new Map([[n1, []]]), jobs: new Map() };
    assert.equal(await session.decide(term, taken), 'written');
    assert.equal((await session.view()).reports.size, 0);
    assert.deepEqual([...(await session.view()).draining], [n1]);
    await session.decide(term, { work: new Map(), jobs: new Map(), forgotten: new Set([n1]) });
    await eventually('the mark is gone', async () => (await session.view()).draining.size === 0);
  });
}

function stoppedProcess(parts: () => Parts): void {
  it('writes nothing of a process that stood still for longer than its session', async () => {
    const { ensemble, clients } = parts();
    await using sessions = new TestSessions(clients);
    const onlooker = await sessions.session();
    await using holder = new HolderProcess(ensemble, {
      script: 'coordination-holder.ts',
      chroot: sessions.chroot,
      sessionTimeoutMs: 2_000,
      id: 'stopped',
    });
    await holder.said('elected');
    await holder.said('joined');
    const next = await sessions.leader(onlooker, 'm2');
    holder.signal('SIGUSR2');
    await holder.said('armed');
    holder.freeze();
    const term = await next.term();
    await onlooker.decide(term, given('j1'));
    holder.thaw();
    const { late } = await holder.said('late');
    assert.ok(late === 'deposed' || late === 'COORDINATION_LOST', String(late));
    const theirs = await viewOfAnother(sessions);
    assert.deepEqual(theirs.jobs, given('j1').jobs);
  });
}

/** Requests that the ensemble has received since its servers were started. */
async function requestsOf(ensemble: Ensemble): Promise<number> {
  const texts = await Promise.all(ensemble.servers.map((server) => server.ask('mntr')));
  return texts.reduce(
    (sum, text) => sum + Number(/^zk_packets_received\s+(\d+)/m.exec(text ?? '')?.[1] ?? 0),
    0,
  );
}

function bounce(parts: () => Parts): void {
  it('reads at most three times as much when 50 sessions come back from a bounce as when they began', async () => {
    const { ensemble, clients } = parts();
    await using sessions = new TestSessions(clients);
    const leading = await sessions.session();
    const term = await (await sessions.leader(leading)).term();
    await leading.decide(term, given('j1'));
    const before = await requestsOf(ensemble);
    const made: ZooKeeperCoordination[] = await Promise.all(
      Array.from({ length: 50 }, () => sessions.session()),
    );
    await Promise.all(made.map((session, at) => session.join(describeNode(`b${at}`))));
    const allSee = async () => {
      const views = await Promise.all(made.map((session) => session.view()));
      return views.every(({ nodes, jobs }) => nodes.length === 50 && jobs.size === 1);
    };
    await eventually('all see all', allSee, 30_000, 50);
    const atFirst = (await requestsOf(ensemble)) - before;
    await Promise.all(ensemble.servers.map((server) => server.kill()));
    await eventually('all have lost it', () => made.every((session) => session.state() === 'suspended'));
    await Promise.all(ensemble.servers.map((server) => server.restart()));
    await eventually('all see all again', allSee, 30_000, 50);
    const again = await requestsOf(ensemble);
    assert.ok(again <= 3 * atFirst, `${again} requests after the bounce, ${atFirst} at first`);
    assert.ok(again > made.length, 'what was counted can not have been all');
  });
}

function wipe(parts: () => Parts): void {
  it('ends the sessions of an ensemble that comes back empty, and begins anew on it', async () => {
    const { ensemble, clients } = parts();
    await using sessions = new TestSessions(clients);
    const session = await sessions.session();
    await session.decide(await (await sessions.leader(session)).term(), given('j1'));
    const membership = await session.join(describeNode('n1'));
    const told: string[] = [];
    session.watchView(() => told.push(session.state()));
    membership.watchWork(() => told.push(session.state()));
    session.watchConfig(() => told.push(session.state()));
    await Promise.all(ensemble.servers.map((server) => server.kill()));
    await Promise.all(ensemble.servers.map((server) => server.wipe()));
    await Promise.all(ensemble.servers.map((server) => server.launch()));
    await ensemble.whole();
    await eventually('the session has expired', () => session.state() === 'expired', 20_000);
    await eventually('all listeners are told', () => told.filter((state) => state === 'expired').length >= 3);
    const next = await sessions.session();
    const term: LeaderTerm = await (await sessions.leader(next, 'm2')).term();
    assert.deepEqual((await next.view()).jobs, new Map());
    await next.join(describeNode('n1'));
    assert.equal(await next.decide(term, given('j2')), 'written');
    await next.setConfig('key', 'value');
    assert.equal(await next.getConfig('key'), 'value');
    assert.deepEqual((await viewOfAnother(sessions)).jobs.has(jobId('j2')), true);
  });
}

/** What a session sees that has just begun. */
async function viewOfAnother(sessions: TestSessions): Promise<ClusterView> {
  const other: Coordination = await sessions.session();
  const client = sessions.clientOf(other);
  await client.sync(sessions.places.base);
  return other.view();
}
