import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId } from '../../src/base/ids.ts';
import type { Job } from '../../src/core/jobs/job.ts';
import type { WorldOf } from './database.ts';
import { at, commit, ended, ingestOutput, jobEnd, key, type TestWorld } from './database-fixtures.ts';

export function jobStoreConformance(worldOf: WorldOf): void {
  describe('jobs', () => {
    it('come back as they were enqueued', async () => {
      const world = worldOf();
      const group = jobId('some-backfill');
      const jobs = [
        world.job({ kind: 'scan', only: [key('a\0b')], force: true }),
        world.job({ kind: 'backfill', from: '2001', to: '2002', concurrency: 4 }),
        world.job({ kind: 'profile', revision: world.reference('p'), batches: 3 }, { group }),
        world.job({ kind: 'report', partition: key('p'), failure: { code: 'INTERNAL', message: '\ud800' } }),
      ];
      await world.database.jobs.enqueue(jobs);
      for (const job of jobs) assert.deepEqual(await world.database.jobs.get(job.id), { job, tasks: [] });
      assert.deepEqual(await world.database.jobs.open(jobs.map((job) => job.id)), jobs);
      assert.equal(await world.database.jobs.get(jobId('unknown')), undefined);
      assert.deepEqual(await world.database.jobs.open([]), []);
    });

    it('that exist already are left as they are', async () => {
      const world = worldOf();
      const job = await world.enqueued({ kind: 'scan' });
      await world.database.jobs.control(job.id, 'pause');
      const other = world.job({ kind: 'scan' });
      await world.database.jobs.enqueue([{ ...job, spec: { kind: 'scan', force: true } }, other, other]);
      assert.deepEqual((await world.database.jobs.get(job.id))?.job, { ...job, control: 'pause' });
      assert.deepEqual((await world.database.jobs.get(other.id))?.job, other);
    });

    it('end once, and are open no more', async () => {
      const world = worldOf();
      const [one, two] = [await world.enqueued({ kind: 'scan' }), await world.enqueued({ kind: 'scan' })];
      const { jobs } = world.database;
      await jobs.end([
        { id: one.id, end: jobEnd },
        { id: jobId('unknown'), end: jobEnd },
      ]);
      await jobs.end([{ id: one.id, end: { ...jobEnd, status: 'failed', endedAt: at(500) } }]);
      assert.deepEqual(await jobs.get(one.id), { job: one, end: jobEnd, tasks: [] });
      assert.deepEqual(await jobs.open([one.id, two.id]), [two]);
    });

    it('take a control until they have ended', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const job = await world.enqueued({ kind: 'scan' });
      for (const control of ['pause', 'run', 'cancel'] as const) {
        assert.deepEqual(await jobs.control(job.id, control), { ok: true, value: undefined });
        assert.deepEqual(await jobs.open([job.id]), [{ ...job, control }]);
      }
      await jobs.end([{ id: job.id, end: jobEnd }]);
      const late = await jobs.control(job.id, 'run');
      assert.equal(late.ok ? undefined : late.error.code, 'ACTION_NOT_ALLOWED');
      const unknown = await jobs.control(jobId('unknown'), 'run');
      assert.equal(unknown.ok ? undefined : unknown.error.code, 'JOB_NOT_FOUND');
    });

    it('are listed newest first, by dataset, kind, group, open or ended', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const backfill = await world.enqueued({ kind: 'backfill', concurrency: 1 }, { createdAt: at(3) });
      const profile = await world.enqueued(
        { kind: 'profile', revision: world.reference('p'), batches: 1 },
        { createdAt: at(5), group: backfill.id },
      );
      const scan = await world.enqueued({ kind: 'scan' }, { createdAt: at(4) });
      await jobs.recordEnds([{ job: scan.id, outcome: ended('lookup'), followUps: [] }]);
      await jobs.end([{ id: scan.id, end: jobEnd }]);
      const list = async (filter: object) => {
        const records = await jobs.list({ dataset: world.dataset, limit: 10, ...filter });
        return records.map((record) => record.job.id);
      };
      assert.deepEqual(await list({}), [profile.id, scan.id, backfill.id]);
      assert.deepEqual(await list({ limit: 1 }), [profile.id]);
      assert.deepEqual(await list({ kind: 'scan' }), [scan.id]);
      assert.deepEqual(await list({ open: true }), [profile.id, backfill.id]);
      assert.deepEqual(await list({ open: false }), [scan.id]);
      assert.deepEqual(await list({ group: backfill.id }), [profile.id, backfill.id]);
      const [record] = await jobs.list({ dataset: world.dataset, kind: 'scan', limit: 1 });
      assert.deepEqual(record, { job: scan, end: jobEnd, tasks: [ended('lookup')] });
      assert.ok((await jobs.list({ limit: 1_000 })).some((one) => one.job.id === profile.id));
    });

    it('are listed without the outputs of lookups, which only the job itself has', async () => {
      const world = worldOf();
      const job = await world.enqueued({ kind: 'scan' });
      const output = { kind: 'lookup', changed: [], unchanged: 4 } as const;
      await world.database.revisions.commitLookup(commit(job, 'lookup', output), {
        dataset: world.dataset,
        listing: null,
      });
      const [listed] = await world.database.jobs.list({ dataset: world.dataset, limit: 1 });
      assert.equal(listed?.tasks[0]?.status, 'done');
      assert.equal(listed?.tasks[0]?.output, undefined);
      assert.deepEqual((await world.database.jobs.get(job.id))?.tasks[0]?.output, output);
    });

    it('tell listeners of what was enqueued, controlled, ended or followed, until they are let go', async () => {
      const world = worldOf();
      const { jobs, revisions } = world.database;
      const job = await world.enqueued({ kind: 'scan' });
      const next = () => world.job({ kind: 'scan' });
      const changes = [
        () => jobs.enqueue([next()]),
        () => jobs.control(job.id, 'pause'),
        () => jobs.recordEnds([{ job: job.id, outcome: ended('a'), followUps: [next()] }]),
        () =>
          revisions.commitIngest({
            commit: commit(job, 'ingest/p', ingestOutput),
            revision: world.revision('p'),
            followUp: next,
          }),
        () => jobs.end([{ id: job.id, end: jobEnd }]),
      ];
      for (const change of changes) {
        const heard = Promise.withResolvers<void>();
        const forget = jobs.onChange(heard.resolve);
        await change();
        await heard.promise;
        forget();
      }
      let calls = 0;
      jobs.onChange(() => calls++)();
      await jobs.enqueue([next()]);
      await world.database.ping();
      assert.equal(calls, 0);
    });
  });

  describe('ends of tasks that no commit wrote', () => {
    it('stand, with their follow-ups in the queue', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const [one, two] = [await world.enqueued({ kind: 'scan' }), await world.enqueued({ kind: 'scan' })];
      const [next, last] = [world.job({ kind: 'scan' }), world.job({ kind: 'scan' })];
      const standing = await jobs.recordEnds([
        { job: two.id, outcome: ended('b', 'quarantined'), followUps: [next] },
        { job: one.id, outcome: ended('a'), followUps: [] },
        { job: two.id, outcome: ended('a', 'cancelled'), followUps: [last] },
      ]);
      assert.deepEqual(standing, [ended('b', 'quarantined'), ended('a'), ended('a', 'cancelled')]);
      assert.deepEqual(
        await jobs.outcomes([one.id, two.id, jobId('unknown')]),
        new Map([
          [one.id, [ended('a')]],
          [two.id, [ended('a', 'cancelled'), ended('b', 'quarantined')]],
        ]),
      );
      assert.deepEqual(await jobs.open([next.id, last.id]), [next, last]);
    });

    it('lose to an earlier outcome, which is returned, and then nothing follows', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const job = await world.enqueued({ kind: 'scan' });
      await commitIngest(world, job);
      const [done] = (await jobs.outcomes([job.id])).get(job.id) ?? [];
      const never = world.job({ kind: 'scan' });
      const standing = await jobs.recordEnds([
        { job: job.id, outcome: ended('ingest/p'), followUps: [never] },
        { job: job.id, outcome: ended('ingest/q'), followUps: [] },
      ]);
      assert.deepEqual(standing, [done, ended('ingest/q')]);
      assert.deepEqual(await jobs.open([never.id]), []);
    });

    it('lose or win whole against a commit at the same moment', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const job = await world.enqueued({ kind: 'scan' });
      const next = world.job({ kind: 'scan' });
      const [committed, [standing]] = await Promise.all([
        commitIngest(world, job),
        jobs.recordEnds([{ job: job.id, outcome: ended('ingest/p'), followUps: [next] }]),
      ]);
      assert.equal(standing?.status, committed.ok ? 'done' : 'failed');
      assert.equal((await jobs.open([next.id])).length, committed.ok ? 0 : 1);
    });

    it('change nothing of a job that has ended', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const job = await world.enqueued({ kind: 'scan' });
      await jobs.end([{ id: job.id, end: jobEnd }]);
      const never = world.job({ kind: 'scan' });
      const standing = await jobs.recordEnds([{ job: job.id, outcome: ended('a'), followUps: [never] }]);
      assert.deepEqual(standing, [ended('a')]);
      assert.deepEqual(await jobs.get(job.id), { job, end: jobEnd, tasks: [] });
      assert.deepEqual(await jobs.open([never.id]), []);
    });

    it('are nothing when there are none', async () => {
      assert.deepEqual(await worldOf().database.jobs.recordEnds([]), []);
      await worldOf().database.jobs.end([]);
      await worldOf().database.jobs.enqueue([]);
    });

    it('of single attempts are noted without deciding anything, unknown jobs included', async () => {
      const world = worldOf();
      const { jobs } = world.database;
      const job = await world.enqueued({ kind: 'scan' });
      const { fence } = commit(job, 'lookup', ingestOutput);
      for (const id of [job.id, job.id, jobId('unknown')]) {
        const note = {
          ...fence,
          job: id,
          at: at(1),
          failure: { code: 'WORKER_DIED', message: '\0' },
        } as const;
        await jobs.noteAttempt(note);
      }
      assert.deepEqual(await jobs.get(job.id), { job, tasks: [] });
    });
  });
}

function commitIngest(world: TestWorld, job: Job) {
  return world.database.revisions.commitIngest({
    commit: commit(job, 'ingest/p', ingestOutput),
    revision: world.revision('p'),
    followUp: () => world.job({ kind: 'scan' }),
  });
}
