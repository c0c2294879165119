import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Job } from '../../src/core/jobs/job.ts';
import type { CommitOutcome } from '../../src/ports/commit.ts';
import type { WorldOf } from './database.ts';
import {
  commit,
  ended,
  evaluateOutput,
  ingestOutput,
  jobEnd,
  key,
  type TestWorld,
  unique,
  value,
} from './database-fixtures.ts';

type CommitCase = {
  readonly name: string;
  readonly run: (world: TestWorld, job: Job) => Promise<CommitOutcome>;
  /** Whether the effect beside the outcome can be seen. */
  readonly isDone: (world: TestWorld) => Promise<boolean>;
};

/** Each way to commit a task. */
const cases: readonly CommitCase[] = [
  {
    name: 'lookup',
    run: (world, job) =>
      world.database.revisions.commitLookup(
        commit(job, 'task', { kind: 'lookup', changed: [], unchanged: 0 }),
        { dataset: world.dataset, listing: 'seen' },
      ),
    isDone: async (world) => (await world.database.datasets.getListing(world.dataset)) === 'seen',
  },
  {
    name: 'ingest',
    run: (world, job) =>
      world.database.revisions.commitIngest({
        commit: commit(job, 'task', ingestOutput),
        revision: world.revision('p', { contentHash: 'same' }),
        followUp: (revision) => world.job({ kind: 'check', revision, batches: 1 }),
      }),
    isDone: async (world) => (await world.database.revisions.newest(world.dataset, key('p'))) !== undefined,
  },
  {
    name: 'measure',
    run: (world, job) =>
      world.database.quality.commitMeasure(commit(job, 'task', { kind: 'measure', rowCount: 1 }), {
        revision: world.reference('m'),
        batch: 0,
        bytes: new Uint8Array([1]),
      }),
    isDone: async (world) => {
      await world.ingested('m');
      return (await world.database.quality.profiles(world.reference('m')))[0] !== undefined;
    },
  },
  {
    name: 'evaluate',
    run: (world, job) =>
      world.database.quality.commitEvaluate({
        commit: commit(job, 'task', evaluateOutput),
        dataset: world.dataset,
        evaluations: [world.evaluation('p', { values: [value('a', 1)], results: [world.result('p')] })],
        incidents: () => [world.incident(unique('i'))],
      }),
    isDone: async (world) =>
      (await world.database.quality.results({ dataset: world.dataset, limit: 1 })).length > 0 &&
      (await world.database.quality.incidents({ dataset: world.dataset, limit: 1 })).length > 0,
  },
  {
    name: 'notify',
    run: (world, job) =>
      world.database.outbox.commitNotify(commit(job, 'task', { kind: 'notify', messages: 1 }), [
        {
          id: unique('m'),
          dataset: world.dataset,
          channel: 'log',
          message: {
            kind: 'partition_checked',
            dataset: world.dataset,
            status: 'pass',
            title: 't',
            lines: [],
            counts: { pass: 1, warn: 0, fail: 0, error: 0, not_evaluated: 0 },
            incidents: [],
            at: commit(job, 'task', ingestOutput).endedAt,
          },
        },
      ]),
    isDone: async (world) => (await world.database.outbox.list(world.dataset, 1)).length > 0,
  },
];

export function commitConformance(worldOf: WorldOf): void {
  for (const { name, run, isDone } of cases) {
    describe(`commit of a task: ${name}`, () => {
      it('writes its outcome and its effects', async () => {
        const world = worldOf();
        const job = await world.enqueued({ kind: 'scan' });
        assert.deepEqual(await run(world, job), { ok: true, value: undefined });
        assert.equal(await isDone(world), true);
        const [outcome, ...more] = (await world.database.jobs.outcomes([job.id])).get(job.id) ?? [];
        assert.deepEqual(more, []);
        const { startedAt, endedAt } = commit(job, 'task', ingestOutput);
        assert.deepEqual(
          { ...outcome, output: undefined },
          {
            name: 'task',
            status: 'done',
            attempts: 1,
            node: 'node-a',
            startedAt,
            endedAt,
            output: undefined,
          },
        );
        assert.equal(outcome?.output?.kind, name);
      });

      it('changes nothing after the end of its job', async () => {
        const world = worldOf();
        const job = await world.enqueued({ kind: 'scan' });
        await world.database.jobs.end([{ id: job.id, end: jobEnd }]);
        assertSuperseded(await run(world, job));
        assert.equal(await isDone(world), false);
        assert.equal((await world.database.jobs.outcomes([job.id])).size, 0);
      });

      it('changes nothing when the task has another outcome already', async () => {
        const world = worldOf();
        const job = await world.enqueued({ kind: 'scan' });
        const end = ended('task', 'cancelled');
        await world.database.jobs.recordEnds([{ job: job.id, outcome: end, followUps: [] }]);
        assertSuperseded(await run(world, job));
        assert.equal(await isDone(world), false);
        assert.deepEqual((await world.database.jobs.outcomes([job.id])).get(job.id), [end]);
      });

      it('is refused for a job that nobody enqueued', async () => {
        const world = worldOf();
        assertSuperseded(await run(world, world.job({ kind: 'scan' })));
        assert.equal(await isDone(world), false);
      });

      it('lets one of many attempts at once win', async () => {
        const world = worldOf();
        const job = await world.enqueued({ kind: 'scan' });
        const outcomes = await Promise.all(Array.from({ length: 5 }, () => run(world, job)));
        assert.equal(outcomes.filter((one) => one.ok).length, 1);
        for (const outcome of outcomes) if (!outcome.ok) assertSuperseded(outcome);
        assert.equal(await isDone(world), true);
      });

      it('stands wholly or not at all when its job ends at the same moment', async () => {
        const world = worldOf();
        const job = await world.enqueued({ kind: 'scan' });
        const [outcome] = await Promise.all([
          run(world, job),
          world.database.jobs.control(job.id, 'cancel'),
          world.database.jobs.end([{ id: job.id, end: { ...jobEnd, status: 'cancelled' } }]),
        ]);
        assert.equal(await isDone(world), outcome.ok);
        assert.equal((await world.database.jobs.outcomes([job.id])).size, outcome.ok ? 1 : 0);
        assert.equal((await world.database.jobs.get(job.id))?.end?.status, 'cancelled');
      });
    });
  }

  it('an error inside a commit rolls all of it back', async () => {
    const world = worldOf();
    const job = await world.enqueued({ kind: 'scan' });
    await assert.rejects(
      world.database.quality.commitEvaluate({
        commit: commit(job, 'evaluate', evaluateOutput),
        dataset: world.dataset,
        evaluations: [world.evaluation('p', { results: [world.result('p')] })],
        incidents: () => {
          throw new Error('a bug');
        },
      }),
      /a bug/,
    );
    assert.deepEqual(await world.database.quality.results({ dataset: world.dataset, limit: 1 }), []);
    assert.equal((await world.database.jobs.outcomes([job.id])).size, 0);
    await world.database.ping();
  });
}

function assertSuperseded(outcome: CommitOutcome): void {
  assert.equal(outcome.ok ? 'committed' : outcome.error.code, 'COMMIT_SUPERSEDED');
}
