import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type ClusterName, jobId, nodeId } from '../../src/base/ids.ts';
import type { ClusterView } from '../../src/core/membership/cluster-view.ts';
import type { Candidacy, Coordination, Decisions, LeaderTerm } from '../../src/ports/coordination.ts';
import { eventually } from '../support/eventually.ts';
import {
  assignmentOf,
  describeNode,
  endOf,
  liveJob,
  liveTask,
  reportOf,
  startOfTime,
} from '../support/live-cluster.ts';

/** A coordination service that the suite may use alone: empty at first. */
export type CoordinationRig = {
  /** A new session of a process of its own. */
  session(cluster: ClusterName): Promise<Coordination>;
  /** Ends a session without a farewell, as kill -9 does; resolves once its ephemeral entries have vanished. */
  crash(session: Coordination): Promise<void>;
  close(): Promise<void>;
};

/** What every adapter of the coordination port must do. `open` gives a fresh, empty rig for each test. */
export function coordinationConformance(name: string, open: () => Promise<CoordinationRig>): void {
  describe(`coordination, ${name}`, () => {
    let rig: CoordinationRig | undefined;
    const start = async (): Promise<CoordinationRig> => {
      rig = await open();
      return rig;
    };
    afterEach(async () => {
      await rig?.close();
      rig = undefined;
    });
    electionLaws(start);
    decisionLaws(start);
    membershipLaws(start);
    configurationLaws(start);
  });
}

type Start = () => Promise<CoordinationRig>;

/** A candidate that notes what it is told. */
async function stand(session: Coordination, id: string) {
  const terms: LeaderTerm[] = [];
  const events: string[] = [];
  const candidacy: Candidacy = await session.campaign({
    id: nodeId(id),
    version: '1.2.3',
    onElected: (term) => {
      terms.push(term);
      events.push('elected');
    },
    onDeposed: () => {
      events.push('deposed');
    },
  });
  const elected = (times = 1) =>
    eventually(`${id} is elected`, () => terms.length >= times && terms[times - 1]);
  return { candidacy, terms, events, elected };
}

function decisions(parts: Partial<Decisions>): Decisions {
  return { work: new Map(), jobs: new Map(), ...parts };
}

function electionLaws(start: Start): void {
  it('elects the first candidate, and the next one only when the first is gone, with a larger epoch', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    const first = await stand(one, 'm1');
    const term = await first.elected();
    assert.equal(term.leader, 'm1');
    const second = await stand(two, 'm2');
    assert.deepEqual(await two.leader(), { ...term, version: '1.2.3' });
    assert.deepEqual(second.events, []);
    await rig.crash(one);
    const next = await second.elected();
    assert.equal(next.leader, 'm2');
    assert.ok(next.epoch > term.epoch);
  });

  it('elects the next candidate at once when the leader withdraws or closes its session', async () => {
    const rig = await start();
    const sessions = [
      await rig.session('quality'),
      await rig.session('quality'),
      await rig.session('quality'),
    ];
    const [one, two, three] = sessions;
    assert.ok(one !== undefined && two !== undefined && three !== undefined);
    const first = await stand(one, 'm1');
    await first.elected();
    const second = await stand(two, 'm2');
    const third = await stand(three, 'm3');
    await first.candidacy.withdraw();
    await second.elected();
    assert.equal(first.events.filter((event) => event === 'elected').length, 1);
    await two.close();
    await third.elected();
    assert.equal((await three.leader())?.leader, 'm3');
  });

  it('keeps a follower that withdraws out of the succession', async () => {
    const rig = await start();
    const session = await rig.session('quality');
    const other = await rig.session('quality');
    const first = await stand(session, 'm1');
    await first.elected();
    const second = await stand(other, 'm2');
    const third = await stand(other, 'm3');
    await second.candidacy.withdraw();
    await first.candidacy.withdraw();
    await third.elected();
    assert.deepEqual(second.events, []);
  });

  it('has no leader while nobody stands', async () => {
    const rig = await start();
    const session = await rig.session('quality');
    assert.equal(await session.leader(), undefined);
    assert.equal(session.state(), 'connected');
    assert.ok(session.lastReplyAgeMs() < session.sessionTimeoutMs);
  });

  it('elects in each cluster for itself', async () => {
    const rig = await start();
    const first = await stand(await rig.session('quality'), 'm1');
    const second = await stand(await rig.session('ingestion'), 'm2');
    await Promise.all([first.elected(), second.elected()]);
  });
}

function decisionLaws(start: Start): void {
  const job = liveJob({
    id: 'j1',
    dataset: 'flights',
    kind: 'check',
    tasks: [liveTask('t0'), liveTask('ümläut/ä')],
  });
  const assignment = assignmentOf(job, liveTask('t0'));

  it('shows a leader and everybody else exactly what it decided, work and tables together', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    const leader = await stand(one, 'm1');
    const term = await leader.elected();
    const node = nodeId('n1');
    const written = await one.decide(
      term,
      decisions({ work: new Map([[node, [assignment]]]), jobs: new Map([[job.id, job]]) }),
    );
    assert.equal(written, 'written');
    const mine = await one.view();
    assert.deepEqual(mine.work, new Map([[node, [assignment]]]));
    assert.deepEqual(mine.jobs, new Map([[job.id, job]]));
    const theirs = await eventually('the other session sees it', async () => {
      const view = await two.view();
      return view.jobs.size > 0 && view.work.size > 0 && view;
    });
    assert.deepEqual(theirs.jobs, mine.jobs);
    assert.deepEqual(theirs.work, mine.work);
  });

  it('keeps a task that two nodes have, and where it killed workers', async () => {
    const rig = await start();
    const session = await rig.session('quality');
    const term = await (await stand(session, 'm1')).elected();
    const copies = [
      { node: nodeId('n1'), at: startOfTime },
      { node: nodeId('n2'), at: startOfTime },
    ] as const;
    const doubled = liveTask('t', { state: 'doubled', attempt: 2, copies });
    const table = liveJob({
      id: 'j',
      tasks: [
        { ...doubled, attempts: 1 },
        { ...liveTask('u'), deaths: [nodeId('n3'), nodeId('n3')] },
      ],
    });
    await session.decide(term, decisions({ jobs: new Map([[table.id, table]]) }));
    assert.deepEqual((await session.view()).jobs.get(table.id), table);
  });

  it('forgets the reports and drain marks of the nodes that a decision names, and of no others', async () => {
    const rig = await start();
    const session = await rig.session('quality');
    const term = await (await stand(session, 'm1')).elected();
    const [gone, stays] = [nodeId('gone'), nodeId('stays')];
    for (const node of [gone, stays]) await session.setDrain(node, true);
    await eventually('the marks are seen', async () => (await session.view()).draining.size === 2);
    await session.decide(term, decisions({ forgotten: new Set([gone]) }));
    await eventually('one is forgotten', async () => (await session.view()).draining.size === 1);
    assert.deepEqual([...(await session.view()).draining], [stays]);
  });

  it('leaves alone what a decision does not name, and removes what it empties', async () => {
    const rig = await start();
    const session = await rig.session('quality');
    const term = await (await stand(session, 'm1')).elected();
    const other = { ...job, id: jobId('j2') };
    const work = new Map([nodeId('n1'), nodeId('n2')].map((node) => [node, [assignment]]));
    await session.decide(
      term,
      decisions({ work, jobs: new Map([job, other].map((each) => [each.id, each])) }),
    );
    await session.decide(
      term,
      decisions({ work: new Map([[nodeId('n1'), []]]), jobs: new Map([[job.id, undefined]]) }),
    );
    const view = await session.view();
    assert.deepEqual([...view.work.keys()], [nodeId('n2')]);
    assert.deepEqual([...view.jobs.keys()], [jobId('j2')]);
  });

  it('writes nothing of a deposed leader, not even after it was told nothing', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    const first = await stand(one, 'm1');
    const stale = await first.elected();
    const second = await stand(two, 'm2');
    await first.candidacy.withdraw();
    await second.elected();
    assert.equal(await one.decide(stale, decisions({ jobs: new Map([[job.id, job]]) })), 'deposed');
    assert.equal(await two.decide(stale, decisions({ jobs: new Map([[job.id, job]]) })), 'deposed');
    assert.equal((await two.view()).jobs.size, 0);
  });

  it('keeps large live tables whole: two thousand tasks with long names', async () => {
    const rig = await start();
    const session = await rig.session('ingestion');
    const term = await (await stand(session, 'm1')).elected();
    const tasks = Array.from({ length: 2_000 }, (_, at) => liveTask(`ingest/${'long/'.repeat(20)}${at}`));
    const huge = liveJob({ id: 'huge', tasks });
    await session.decide(term, decisions({ jobs: new Map([[huge.id, huge]]) }));
    assert.deepEqual((await session.view()).jobs.get(huge.id), huge);
    const smaller = { ...huge, tasks: tasks.slice(0, 3) };
    await session.decide(term, decisions({ jobs: new Map([[huge.id, smaller]]) }));
    assert.deepEqual((await session.view()).jobs.get(huge.id), smaller);
    await session.decide(term, decisions({ jobs: new Map([[huge.id, undefined]]) }));
    assert.equal((await session.view()).jobs.size, 0);
  });

  it('keeps what was decided when its leader crashes, for the next one to go on with', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    const term = await (await stand(one, 'm1')).elected();
    await one.decide(term, decisions({ jobs: new Map([[job.id, job]]) }));
    const second = await stand(two, 'm2');
    await rig.crash(one);
    await second.elected();
    assert.deepEqual((await two.view()).jobs, new Map([[job.id, job]]));
  });
}

function membershipLaws(start: Start): void {
  it('shows members with their reports, and forgets a node at once when it leaves', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    const node = describeNode('n1');
    const membership = await one.join(node);
    const report = reportOf('n1', {
      cpu: 0.25,
      running: [
        {
          task: assignmentOf(liveJob({ id: 'j', tasks: [] }), liveTask('t')).task,
          attempt: 2,
          assignedAt: startOfTime,
          progress: 0.5,
        },
      ],
      ended: [
        endOf('j', 'u', { kind: 'failed', failure: { code: 'INTERNAL', message: 'ü', causes: ['a'] } }),
      ],
      unavailable: 'stopping',
    });
    await membership.report(report);
    const seen = await eventually('the report is seen', async () => {
      const view: ClusterView = await two.view();
      return view.reports.size > 0 && view;
    });
    assert.deepEqual(seen.nodes, [node]);
    assert.deepEqual(seen.reports.get(node.id), report);
    await membership.leave();
    await eventually('the node is gone', async () => (await two.view()).nodes.length === 0);
  });

  it('forgets a node whose process crashed', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    await one.join(describeNode('n1'));
    await two.join(describeNode('n2'));
    await rig.crash(one);
    await eventually('only n2 is left', async () => {
      const { nodes } = await two.view();
      return nodes.length === 1 && nodes[0]?.id === 'n2';
    });
  });

  it('hands its work to a node and tells it of every change', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    const term = await (await stand(one, 'm1')).elected();
    const membership = await two.join(describeNode('n1'));
    assert.deepEqual(await membership.work(), []);
    let told = 0;
    const stop = membership.watchWork(() => {
      told += 1;
    });
    const assignment = assignmentOf(liveJob({ id: 'j', tasks: [] }), liveTask('t'));
    const list = [assignment, { ...assignment, attempt: 2, epoch: 12_345_678_901_234_567n }];
    await one.decide(term, decisions({ work: new Map([[nodeId('n1'), list]]) }));
    await eventually('the node is told', () => told > 0);
    assert.deepEqual(await membership.work(), list);
    const before = told;
    await one.decide(term, decisions({ work: new Map([[nodeId('n1'), []]]) }));
    await eventually('the node is told again', () => told > before);
    assert.deepEqual(await membership.work(), []);
    stop();
  });

  it('tells the leader of joins, reports, drain marks and leaves', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('quality')];
    let told = 0;
    const stop = one.watchView(() => {
      told += 1;
    });
    const step = async (claim: string, act: () => Promise<unknown>) => {
      const before = told;
      await act();
      await eventually(claim, () => told > before);
    };
    let membership = await two.join(describeNode('n0'));
    await step('told of a join', async () => {
      membership = await two.join(describeNode('n1'));
    });
    await step('told of a report', () => membership.report(reportOf('n1')));
    await step('told of a drain mark', () => two.setDrain(nodeId('n1'), true));
    await eventually('the mark is seen', async () => (await one.view()).draining.has(nodeId('n1')));
    await step('told of its removal', () => two.setDrain(nodeId('n1'), false));
    await eventually('the mark is gone', async () => (await one.view()).draining.size === 0);
    await step('told of a leave', () => membership.leave());
    stop();
  });

  it('refuses every call of a closed session', async () => {
    const rig = await start();
    const session = await rig.session('quality');
    const membership = await session.join(describeNode('n1'));
    await session.close();
    await session.close();
    assert.equal(session.state(), 'closed');
    await assert.rejects(session.view());
    await assert.rejects(membership.report(reportOf('n1')));
    await assert.rejects(
      session.campaign({ id: nodeId('m'), version: '', onElected: () => {}, onDeposed: () => {} }),
    );
  });
}

function configurationLaws(start: Start): void {
  it('keeps configuration by key for all sessions of both clusters, and tells of changes', async () => {
    const rig = await start();
    const [one, two] = [await rig.session('quality'), await rig.session('ingestion')];
    let told = 0;
    two.watchConfig(() => {
      told += 1;
    });
    assert.equal(await one.getConfig('log.level'), undefined);
    await one.setConfig('log.level', 'debug');
    await eventually('told', () => told > 0);
    await eventually('seen', async () => (await two.getConfig('log.level')) === 'debug');
    await one.setConfig('log.level', undefined);
    await one.setConfig('log.level', undefined);
    await eventually('gone', async () => (await two.getConfig('log.level')) === undefined && 'gone');
  });
}
