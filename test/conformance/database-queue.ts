import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetName, JobId } from '../../src/base/ids.ts';
import type { ListedPartition } from '../../src/core/datasets/source.ts';
import { type Job, jobKinds } from '../../src/core/jobs/job.ts';
import type { ReadyRequest } from '../../src/ports/job-store.ts';
import type { WorldOf } from './database.ts';
import { at, commit, ended, ingestOutput, jobEnd, key, type TestWorld, unique } from './database-fixtures.ts';

export function queueConformance(worldOf: WorldOf): void {
  describe('queue', () => {
    const ready = async (world: TestWorld, request: Partial<ReadyRequest> = {}): Promise<JobId[]> => {
      const jobs = await world.database.jobs.ready({
        cluster: 'quality',
        admitted: [],
        kinds: jobKinds,
        perDataset: 100,
        limit: 1_000,
        ...request,
      });
      return jobs.map((job) => job.id);
    };
    const check = (world: TestWorld, dataset: DatasetName, ms: number): Job =>
      world.job(
        { kind: 'check', revision: world.reference('p'), batches: 1 },
        { dataset, createdAt: at(ms) },
      );
    const profile = (world: TestWorld, dataset: DatasetName, ms: number): Job =>
      world.job(
        { kind: 'profile', revision: world.reference('p'), batches: 1 },
        { dataset, createdAt: at(ms) },
      );

    it('serves by priority, then datasets in turns, then by age', async () => {
      const world = worldOf();
      const [a, b] = [unique('a'), unique('b')] as [DatasetName, DatasetName];
      const flood = [0, 1, 2, 3].map((ms) => profile(world, a, ms));
      const late = [10, 11].map((ms) => profile(world, b, ms));
      const urgent = check(world, a, 20);
      await world.database.jobs.enqueue([...flood, ...late, urgent]);
      // The check is the first job of dataset a, so that its profiles have the turns from 2 on.
      const order = [urgent, late[0], flood[0], late[1], flood[1], flood[2], flood[3]];
      assert.deepEqual(
        await ready(world),
        order.map((job) => job?.id),
      );
      assert.deepEqual(
        await ready(world, { perDataset: 2 }),
        [urgent, late[0], flood[0], late[1]].map((job) => job?.id),
      );
      assert.deepEqual(await ready(world, { limit: 2 }), [urgent.id, late[0]?.id]);
      assert.deepEqual(await ready(world, { cluster: 'ingestion' }), []);
    });

    it('leaves jobs of other kinds than those asked for in the queue', async () => {
      const world = worldOf();
      const dataset = unique('a') as DatasetName;
      const jobs = [check(world, dataset, 0), profile(world, dataset, 1)];
      await world.database.jobs.enqueue(jobs);
      const kinds = jobKinds.filter((kind) => kind !== 'check');
      assert.deepEqual(await ready(world, { kinds }), [jobs[1]?.id]);
    });

    it('leaves out admitted jobs, and serves first who has the fewest admitted', async () => {
      const world = worldOf();
      const [a, b] = [unique('a'), unique('b')] as [DatasetName, DatasetName];
      const ours = [0, 1, 2, 3].map((ms) => profile(world, a, ms));
      const theirs = [10, 11].map((ms) => profile(world, b, ms));
      await world.database.jobs.enqueue([...ours, ...theirs]);
      const admitted = [ours[0], ours[1]].flatMap((job) => (job === undefined ? [] : [job.id]));
      const expected = [theirs[0], theirs[1], ours[2], ours[3]].map((job) => job?.id);
      assert.deepEqual(await ready(world, { admitted }), expected);
    });

    it('leaves out paused jobs and those that have ended, but not those to be cancelled', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const [run, paused, cancelled, over] = [0, 1, 2, 3].map((ms) => check(world, world.dataset, ms));
      assert.ok(run && paused && cancelled && over);
      await jobs.enqueue([run, paused, cancelled, over]);
      await jobs.control(paused.id, 'pause');
      await jobs.control(cancelled.id, 'cancel');
      await jobs.end([{ id: over.id, end: jobEnd }]);
      assert.deepEqual(await ready(world), [run.id, cancelled.id]);
    });

    it('keeps a learn job back until the other jobs of its group have ended, in both clusters', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const backfill = await world.enqueued({ kind: 'backfill', concurrency: 1 });
      const options = { group: backfill.id };
      const first = await world.enqueued({ kind: 'learn' }, { ...options, createdAt: at(1) });
      const second = await world.enqueued({ kind: 'learn' }, { ...options, createdAt: at(2) });
      const part = await world.enqueued(
        { kind: 'profile', revision: world.reference('p'), batches: 1 },
        options,
      );
      const alone = await world.enqueued({ kind: 'learn' }, { createdAt: at(3) });
      const isReady = async (job: Job) => (await ready(world)).includes(job.id);

      assert.deepEqual([await isReady(first), await isReady(alone)], [false, true]);
      await jobs.end([{ id: part.id, end: jobEnd }]);
      assert.equal(await isReady(first), false);
      await jobs.end([{ id: backfill.id, end: jobEnd }]);
      assert.deepEqual([await isReady(first), await isReady(second)], [true, false]);
      await jobs.end([{ id: first.id, end: jobEnd }]);
      assert.equal(await isReady(second), true);
    });

    it('serves a learn job that is to be cancelled at once', async () => {
      const world = worldOf();
      const backfill = await world.enqueued({ kind: 'backfill', concurrency: 1 });
      const learn = await world.enqueued({ kind: 'learn' }, { group: backfill.id });
      await world.database.jobs.control(learn.id, 'cancel');
      assert.deepEqual(await ready(world), [learn.id]);
    });

    it('knows how deep it is, by dataset', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const [a, b] = [unique('a'), unique('b')] as [DatasetName, DatasetName];
      const before = (await jobs.depth('quality')).total;
      const over = check(world, b, 0);
      await jobs.enqueue([check(world, a, 0), check(world, a, 1), check(world, b, 0), over]);
      await jobs.enqueue([world.job({ kind: 'scan' }, { dataset: a })]);
      await jobs.end([{ id: over.id, end: jobEnd }]);
      const { total, byDataset } = await jobs.depth('quality');
      assert.deepEqual([total - before, byDataset.get(a), byDataset.get(b)], [3, 2, 1]);
      assert.equal((await jobs.depth('ingestion')).byDataset.get(a), 1);
    });
  });

  describe('progress of a backfill', () => {
    it('is unknown of other jobs', async () => {
      const world = worldOf();
      const scan = await world.enqueued({ kind: 'scan' });
      assert.equal(await world.database.jobs.backfillProgress(scan.id), undefined);
      assert.equal(await world.database.jobs.backfillProgress('unknown' as JobId), undefined);
    });

    it('follows it from the lookup to the end of the learning', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const job = await world.enqueued({ kind: 'backfill', concurrency: 2 }, { createdAt: at(5) });
      const learn = await world.enqueued({ kind: 'learn' }, { group: job.id });
      const progress = () => jobs.backfillProgress(job.id);
      const none = { ingested: 0, failed: 0, measured: 0, rows: 0, failures: [], startedAt: at(5) };
      assert.deepEqual(await progress(), { job, state: 'looking_up', ...none });

      await lookUp(world, job, { changed: ['a', 'b', 'c', 'd'], unchanged: 3 });
      assert.deepEqual(await progress(), {
        job,
        state: 'running',
        ...none,
        partitions: 7,
        ingested: 3,
        measured: 3,
      });

      const profiles = [await ingest(world, job, 'a'), await ingest(world, job, 'b')];
      await world.ingested('c', { contentHash: 'c' });
      await ingest(world, job, 'c');
      await jobs.recordEnds([{ job: job.id, outcome: ended('ingest/d'), followUps: [] }]);
      const counts = { ...none, partitions: 7, rows: 30, failed: 1 };
      const failures = [{ task: 'ingest/d', failure: ended('x').error }];
      assert.deepEqual(await progress(), {
        job,
        state: 'running',
        ...counts,
        ingested: 6,
        measured: 4,
        failures,
      });

      await jobs.control(job.id, 'pause');
      assert.equal((await progress())?.state, 'paused');
      await jobs.control(job.id, 'run');
      await jobs.end([{ id: job.id, end: { ...jobEnd, status: 'failed', tasksFailed: 1 } }]);
      assert.equal((await progress())?.state, 'running');
      assert.equal((await progress())?.endedAt, undefined);

      const [good, bad] = profiles;
      assert.ok(good && bad);
      await jobs.end([{ id: good.id, end: jobEnd }]);
      await jobs.recordEnds([
        { job: bad.id, outcome: { ...ended('measure/0'), endedAt: at(700) }, followUps: [] },
      ]);
      await jobs.end([{ id: bad.id, end: { ...jobEnd, status: 'failed' } }]);
      const learning = await progress();
      assert.deepEqual([learning?.state, learning?.measured, learning?.failed], ['learning', 5, 2]);
      assert.deepEqual(
        learning?.failures.map((one) => one.task),
        ['ingest/d', 'measure/0'],
      );

      await jobs.end([{ id: learn.id, end: { ...jobEnd, endedAt: at(900) } }]);
      const over = await progress();
      assert.deepEqual([over?.state, over?.endedAt], ['succeeded', at(900)]);
    });

    it('is cancelled with its job, and failed with its lookup or its learning', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const state = async (status: 'failed' | 'cancelled', learned?: 'failed') => {
        const job = await world.enqueued({ kind: 'backfill', concurrency: 2 });
        if (learned !== undefined) {
          const learn = await world.enqueued({ kind: 'learn' }, { group: job.id });
          await jobs.end([{ id: learn.id, end: { ...jobEnd, status: learned } }]);
        }
        await jobs.end([{ id: job.id, end: { ...jobEnd, status } }]);
        return (await jobs.backfillProgress(job.id))?.state;
      };
      assert.equal(await state('cancelled'), 'cancelled');
      assert.equal(await state('failed'), 'failed');
      assert.equal(await state('failed', 'failed'), 'failed');
    });

    it('names at most twenty failures', async () => {
      const world = worldOf();
      const job = await world.enqueued({ kind: 'backfill', concurrency: 2 });
      await world.database.jobs.recordEnds(
        Array.from({ length: 25 }, (_, nth) => ({
          job: job.id,
          outcome: ended(`ingest/${nth}`),
          followUps: [],
        })),
      );
      const progress = await world.database.jobs.backfillProgress(job.id);
      assert.deepEqual([progress?.failed, progress?.failures.length], [25, 20]);
    });
  });
}

async function lookUp(
  world: TestWorld,
  job: Job,
  found: { readonly changed: readonly string[]; readonly unchanged: number },
): Promise<void> {
  const changed = found.changed.map(
    (one): ListedPartition => ({
      key: key(one),
      fingerprint: one,
      scan: { kind: 'files', format: 'csv', files: [], hiveKeys: [] },
    }),
  );
  const output = { kind: 'lookup', changed, unchanged: found.unchanged } as const;
  const committed = await world.database.revisions.commitLookup(commit(job, 'lookup', output), {
    dataset: world.dataset,
    listing: null,
  });
  assert.ok(committed.ok);
}

/** Ingests a partition of a backfill; returns the profile job that follows, if its content is new. */
async function ingest(world: TestWorld, job: Job, partition: string): Promise<Job | undefined> {
  let next: Job | undefined;
  const committed = await world.database.revisions.commitIngest({
    commit: commit(job, `ingest/${partition}`, ingestOutput),
    revision: world.revision(partition, { contentHash: partition }),
    followUp: (revision) => {
      next = world.job({ kind: 'profile', revision, batches: 1 }, { group: job.id });
      return next;
    },
  });
  assert.ok(committed.ok);
  return next;
}
