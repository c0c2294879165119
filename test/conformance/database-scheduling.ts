import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DatasetName, jobId } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import type { ListedPartition } from '../../src/core/datasets/source.ts';
import type { JobEnd } from '../../src/core/jobs/job.ts';
import type { ScheduleFacts } from '../../src/core/scheduling/schedule.ts';
import type { FactsAsked } from '../../src/ports/schedule-facts.ts';
import type { WorldOf } from './database.ts';
import { at, commit, definitionOf, key, unique } from './database-fixtures.ts';

const ended = (status: JobEnd['status']): JobEnd => ({ status, endedAt: at(9), tasks: 1, tasksFailed: 0 });

export function schedulingConformance(worldOf: WorldOf): void {
  describe('scheduled work', () => {
    it('is enqueued once, whoever offers it, and only for datasets that are registered', async () => {
      const { database, dataset } = worldOf();
      const world = worldOf();
      const scan = world.job({ kind: 'scan' });
      assert.deepEqual(await database.jobs.enqueueOnce([scan]), new Set());
      assert.equal(await database.jobs.get(scan.id), undefined);
      await database.datasets.apply(definitionOf(dataset), at(1));
      const other = world.job({ kind: 'scan' }, { dataset: unique('unknown') as DatasetName });
      const offers = await Promise.all(
        Array.from({ length: 5 }, () => database.jobs.enqueueOnce([scan, other])),
      );
      assert.deepEqual(
        offers.flatMap((added) => [...added]),
        [scan.id],
      );
      await database.jobs.end([{ id: scan.id, end: ended('succeeded') }]);
      assert.deepEqual(await database.jobs.enqueueOnce([scan]), new Set());
      assert.equal((await database.jobs.get(scan.id))?.end?.status, 'succeeded');
      await database.datasets.remove(dataset);
    });

    it('goes with its dataset when that is removed meanwhile', async () => {
      const world = worldOf();
      const { database, dataset } = world;
      for (let round = 0; round < 5; round += 1) {
        await database.datasets.apply(definitionOf(dataset), at(1));
        const scan = world.job({ kind: 'scan' });
        await Promise.all([database.jobs.enqueueOnce([scan]), database.datasets.remove(dataset)]);
        assert.equal(await database.jobs.get(scan.id), undefined);
      }
    });
  });

  describe('facts for schedules', () => {
    const factsOf = async (asked: Partial<FactsAsked> = {}): Promise<ScheduleFacts> => {
      const { database, dataset } = worldOf();
      const facts = (await database.scheduleFacts.read([{ dataset, ...asked }])).get(dataset);
      assert.ok(facts);
      return facts;
    };

    it('are none of a dataset of which nothing is known', async () => {
      assert.deepEqual(
        await factsOf({ since: at(0), lastScan: jobId('none'), arrivals: 'first_revisions' }),
        {
          wasAskedFor: false,
          arrivals: [],
        },
      );
    });

    it('say what is open: a scan before a backfill, and whether that is paused', async () => {
      const world = worldOf();
      const { database } = world;
      await world.enqueued({ kind: 'learn' });
      assert.equal((await factsOf()).open, undefined);
      const backfill = await world.enqueued({ kind: 'backfill', concurrency: 1 });
      assert.equal((await factsOf()).open, 'backfill');
      await database.jobs.control(backfill.id, 'pause');
      assert.equal((await factsOf()).open, 'paused_backfill');
      const scan = await world.enqueued({ kind: 'scan' });
      assert.equal((await factsOf()).open, 'scan');
      await database.jobs.end([backfill, scan].map(({ id }) => ({ id, end: ended('cancelled') })));
      assert.equal((await factsOf()).open, undefined);
    });

    it('say whether work was asked for since a moment', async () => {
      const world = worldOf();
      await world.enqueued({ kind: 'scan' }, { createdAt: at(100) });
      await world.enqueued(
        { kind: 'check', revision: world.reference('p'), batches: 1 },
        { createdAt: at(300) },
      );
      assert.equal((await factsOf({ since: at(100) })).wasAskedFor, true);
      assert.equal((await factsOf({ since: at(101) })).wasAskedFor, false);
      assert.equal((await factsOf()).wasAskedFor, false);
    });

    it('say how the last scan ended, and how much it found', async () => {
      const world = worldOf();
      const { database } = world;
      const scan = await world.enqueued({ kind: 'scan' });
      assert.equal((await factsOf({ lastScan: scan.id })).lastScan, undefined);
      const changed = ['a', 'b'].map(
        (one): ListedPartition => ({
          key: key(one),
          fingerprint: one,
          scan: { kind: 'files', format: 'csv', files: [], hiveKeys: [] },
        }),
      );
      const output = { kind: 'lookup', changed, unchanged: 3 } as const;
      const committed = await database.revisions.commitLookup(commit(scan, 'lookup', output), {
        dataset: world.dataset,
        listing: [],
      });
      assert.equal(committed.ok, true);
      await database.jobs.end([{ id: scan.id, end: ended('failed') }]);
      assert.deepEqual((await factsOf({ lastScan: scan.id })).lastScan, { status: 'failed', changed: 2 });
      const empty = await world.enqueued({ kind: 'scan' });
      await database.jobs.end([{ id: empty.id, end: ended('cancelled') }]);
      assert.deepEqual((await factsOf({ lastScan: empty.id })).lastScan, { status: 'cancelled', changed: 0 });
    });

    it('say when the last backfill ended', async () => {
      const world = worldOf();
      const { database } = world;
      const asked = { arrivals: 'first_revisions' } as const;
      for (const ms of [10, 20]) {
        const backfill = await world.enqueued({ kind: 'backfill', concurrency: 1 }, { createdAt: at(ms) });
        await database.jobs.end([{ id: backfill.id, end: { ...ended('succeeded'), endedAt: at(ms + 5) } }]);
      }
      await world.enqueued({ kind: 'scan' }, { createdAt: at(30) });
      assert.equal((await factsOf(asked)).backfilledAt, at(25));
      assert.equal((await factsOf()).backfilledAt, undefined);
    });

    it('say when partitions came, the newest first: the first revision of each, or every one', async () => {
      const world = worldOf();
      await world.ingested('2001-01-01', { ingestedAt: at(10) });
      await world.ingested('2001-01-03', { ingestedAt: at(20) });
      await world.ingested('2001-01-02', { ingestedAt: at(30) });
      await world.ingested('2001-01-01', { ingestedAt: at(40) });
      assert.deepEqual((await factsOf()).arrivals, []);
      assert.deepEqual((await factsOf({ arrivals: 'first_revisions' })).arrivals, [at(30), at(20), at(10)]);
      assert.deepEqual((await factsOf({ arrivals: 'every_revision' })).arrivals, [
        at(40),
        at(30),
        at(20),
        at(10),
      ]);
      for (let nth = 0; nth < limits.arrivalsMax; nth += 1) {
        await world.ingested(`2002-01-${nth}`, { ingestedAt: at(100 + nth) });
      }
      const last = (await factsOf({ arrivals: 'first_revisions' })).arrivals;
      assert.deepEqual([last.length, last[0], last.at(-1)], [limits.arrivalsMax, at(139), at(100)]);
    });
  });
}
