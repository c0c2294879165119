import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeId, taskName } from '../../src/base/ids.ts';
import { instant } from '../../src/base/units.ts';
import type { KeptDrill } from '../../src/core/drills/kept-drill.ts';
import type { WorldOf } from './database.ts';
import { at, commit, ended } from './database-fixtures.ts';

export function workFiguresConformance(worldOf: WorldOf): void {
  describe('figures of work', () => {
    it('count tasks, failures and attempts of a time, and how long work took to go on', async () => {
      const world = worldOf();
      const { jobs, revisions, workFigures } = world.database;
      // A time of their own, so that nobody else's jobs are in it.
      const from = instant(7e12 + Math.floor(Math.random() * 1e9) * 1_000);
      const job = await world.enqueued({ kind: 'scan' }, { createdAt: from });
      const failure = { code: 'WORKER_DIED', message: 'it died' } as const;
      const note = { job: job.id, name: taskName('lookup'), attempt: 1, node: nodeId('n'), failure };
      await jobs.noteAttempt({ ...note, at: instant(from + 100) });
      const lookup = commit(job, 'lookup', { kind: 'lookup', changed: [], unchanged: 0 } as const);
      const fence = { ...lookup.fence, attempt: 2 };
      const times = { startedAt: instant(from + 400), endedAt: instant(from + 500) };
      const listing = { dataset: world.dataset, listing: null };
      assert.ok((await revisions.commitLookup({ ...lookup, ...times, fence }, listing)).ok);
      const lost = {
        ...ended('ingest/a'),
        attempts: 3,
        startedAt: instant(from + 1_900),
        endedAt: instant(from + 2_000),
      };
      await jobs.recordEnds([{ job: job.id, outcome: lost, followUps: [] }]);
      assert.deepEqual(await workFigures.since({ from, bucketMs: 1_000 }), {
        buckets: [
          { at: from, tasks: 1, failed: 0, retries: 1, meanMs: 100 },
          { at: from + 2_000, tasks: 1, failed: 1, retries: 2, meanMs: 100 },
        ],
        failures: [{ code: 'WORKER_DIED', attempts: 1 }],
        recovery: { count: 1, p50: 300, p99: 300, max: 300 },
      });
    });
  });

  describe('reports of drills', () => {
    it('are kept once each, and the newest of them', async () => {
      const { drillReports } = worldOf().database;
      const report = (startedAt: number, command = ''): KeptDrill & { readonly id: string } => ({
        id: `r${startedAt}`,
        drill: 'recovery',
        passed: true,
        startedAt: at(startedAt),
        tookMs: 1,
        command,
        version: '',
        machine: '',
        cluster: 'half a pair \ud800',
        findings: [],
        figures: [],
        faults: [],
      });
      for (const startedAt of [10, 30, 20]) await drillReports.add(report(startedAt), 2);
      await drillReports.add(report(30, 'again'), 2);
      const lines = await drillReports.list();
      assert.deepEqual(
        lines.map(({ id, cluster }) => [id, cluster]),
        [
          ['r30', 'half a pair \ud800'],
          ['r20', 'half a pair \ud800'],
        ],
      );
      const { id: _, ...kept } = report(30, 'again');
      assert.deepEqual(await drillReports.get('r30'), kept);
      assert.equal(await drillReports.get('r10'), undefined);
    });
  });
}
