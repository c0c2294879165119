import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { entryPath } from '../../../../src/adapters/zookeeper/coordination/places.ts';
import { ensurePath } from '../../../../src/adapters/zookeeper/recipes/ensure-path.ts';
import { jobId, nodeId } from '../../../../src/base/ids.ts';
import type { LeaderTerm } from '../../../../src/ports/coordination.ts';
import { eventually } from '../../../support/eventually.ts';
import { assignmentOf, describeNode, liveJob, liveTask, reportOf } from '../../../support/live-cluster.ts';
import { must, type TestClients } from '../../../support/zookeeper/clients.ts';
import { TestSessions } from '../../../support/zookeeper/sessions.ts';

const job = liveJob({ id: 'good', tasks: [liveTask('t')] });
const n1 = nodeId('n1');
const work = new Map([[n1, [assignmentOf(job, liveTask('t'))]]]);

const hugeJson = Buffer.from(
  JSON.stringify({ format: 1, report: { running: Array(60_000).fill('x'.repeat(8)) } }),
);

export function poisonedEntries(parts: () => { readonly clients: TestClients }): void {
  describe('entries that nobody can read', () => {
    it('are left out with one line of the log each, and block nobody', async () => {
      const { clients } = parts();
      await using sessions = new TestSessions(clients);
      const { places } = sessions;
      const [one, two] = [await sessions.session(), await sessions.session()];
      const term = await (await sessions.leader(one)).term();
      const membership = await two.join(describeNode('n1'));
      await membership.report(reportOf('n1'));
      await one.decide(term, { work, jobs: new Map([[job.id, job]]) });
      const vandal = clients.make();
      const poison = [
        entryPath(places.nodes, 'x'),
        entryPath(places.reports, 'x'),
        entryPath(places.work, 'x'),
        entryPath(places.jobs, 'x'),
        `${entryPath(places.jobs, 'good')}/none`,
        entryPath(places.leader, 'x'),
      ];
      for (const path of poison) await must(vandal.create(path, { data: randomBytes(64 * 1_024) }));
      await must(vandal.create(entryPath(places.reports, 'y'), { data: hugeJson }));
      const looks = async () => {
        await must(sessions.clientOf(two).sync(places.base));
        const view = await two.view();
        assert.deepEqual(view.nodes, [describeNode('n1')]);
        assert.deepEqual([view.work, view.jobs], [work, new Map([[job.id, job]])]);
        return view;
      };
      await eventually('everything else is seen', looks);
      await looks();
      await eventually('each is told of', () => sessions.log.events.length >= 5);
      await looks();
      const told = sessions.log.events.map(({ fields }) => String(fields['path']));
      assert.equal(new Set(told).size, told.length, told.join('\n'));
      assert.equal(
        await one.decide(term, { work: new Map(), jobs: new Map([[jobId('j'), job]]) }),
        'written',
      );
      assert.equal((await two.leader())?.leader, 'm1');
    });

    it('are cleared away by the next leader, whose jobs are planned again', async () => {
      const { clients } = parts();
      await using sessions = new TestSessions(clients);
      const { places } = sessions;
      const [one, two] = [await sessions.session(), await sessions.session()];
      const first = await sessions.leader(one);
      const term = await first.term();
      await one.decide(term, { work, jobs: new Map([[job.id, job]]) });
      const vandal = clients.make();
      const chunk = `${entryPath(places.jobs, 'good')}/0`;
      for (const path of [chunk, entryPath(places.work, 'n1')]) await must(vandal.set(path, randomBytes(99)));
      await must(vandal.create(entryPath(places.jobs, 'stray'), { data: randomBytes(99) }));
      await first.candidacy.withdraw();
      const next: LeaderTerm = await (await sessions.leader(two, 'm2')).term();
      const seen = await two.view();
      assert.deepEqual([seen.work.size, seen.jobs.size], [0, 0]);
      assert.equal(await two.decide(next, { work, jobs: new Map([[job.id, job]]) }), 'written');
      assert.deepEqual([(await two.view()).work, (await two.view()).jobs], [work, new Map([[job.id, job]])]);
      await eventually('the stray is gone', async () => {
        return (await must(vandal.exists(entryPath(places.jobs, 'stray')))) === undefined;
      });
    });

    it('that somebody has removed under a leader make it look again, and decide from what it finds', async () => {
      const { clients } = parts();
      await using sessions = new TestSessions(clients);
      const session = await sessions.session();
      const term = await (await sessions.leader(session)).term();
      const decisions = { work, jobs: new Map([[job.id, job]]) };
      await session.decide(term, decisions);
      const vandal = clients.make();
      const { places } = sessions;
      const head = entryPath(places.jobs, 'good');
      for (const path of [`${head}/0`, head, places.jobs, entryPath(places.work, 'n1'), places.work])
        await must(vandal.remove(path));
      const changed = { ...decisions, jobs: new Map([[job.id, { ...job, tasks: [liveTask('v')] }]]) };
      await assert.rejects(session.decide(term, changed), /COORDINATION_LOST/);
      const seen = await session.view();
      assert.deepEqual([seen.work.size, seen.jobs.size], [0, 0]);
      assert.equal(await session.decide(term, decisions), 'written');
      const other = await (await sessions.session()).view();
      assert.deepEqual([other.work, other.jobs], [decisions.work, decisions.jobs]);
    });

    it('do not tell a node that it has no work: it goes on with what it knows until its list can be read', async () => {
      const { clients } = parts();
      await using sessions = new TestSessions(clients);
      const { places } = sessions;
      const session = await sessions.session();
      const membership = await session.join(describeNode('n1'));
      const vandal = clients.make();
      await must(ensurePath(vandal, places.work));
      await must(vandal.create(entryPath(places.work, 'n1'), { data: randomBytes(99) }));
      await eventually('it says so', () =>
        membership.work().then(
          () => false,
          () => true,
        ),
      );
      await assert.rejects(membership.work(), /COORDINATION_LOST/);
      await must(vandal.remove(entryPath(places.work, 'n1')));
      await eventually('it can be read', async () => (await membership.work()).length === 0);
    });
  });
}
