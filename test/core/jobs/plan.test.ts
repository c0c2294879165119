import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jobId, partitionKey, taskName } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import type { ListedPartition } from '../../../src/core/datasets/source.ts';
import { type Job, type JobSpec, newJob } from '../../../src/core/jobs/job.ts';
import { jobEnd, jobProgress } from '../../../src/core/jobs/job-end.ts';
import { planTasks } from '../../../src/core/jobs/plan.ts';
import type { TaskOutcome, TaskOutput } from '../../../src/core/jobs/task.ts';
import { datasetOf } from '../../support/names.ts';

const dataset = datasetOf('flights');
const now = instant(1_000);
const revision = { dataset, partition: partitionKey('2001-01-01'), number: 1 };

function jobOf(spec: JobSpec, group?: string): Job {
  const base = { id: jobId('j1'), dataset, spec, createdAt: instant(0) };
  return newJob(group === undefined ? base : { ...base, group: jobId(group) });
}

function listed(key: string): ListedPartition {
  const scan = { kind: 'files', format: 'csv', files: [], hiveKeys: [] } as const;
  return { key: partitionKey(key), fingerprint: `f-${key}`, scan };
}

function outcome(name: string, status: TaskOutcome['status'], output?: TaskOutput): TaskOutcome {
  const times = { startedAt: instant(0), endedAt: instant(1) };
  return { name: taskName(name), status, attempts: 1, ...times, ...(output === undefined ? {} : { output }) };
}

function looked(keys: readonly string[]): TaskOutcome {
  return outcome('lookup', 'done', { kind: 'lookup', changed: keys.map(listed), unchanged: 0 });
}

const names = (job: Job, outcomes: readonly TaskOutcome[] = []) =>
  planTasks(job, outcomes).map((task) => task.name as string);

describe('the plan of a job', () => {
  it('is only a lookup, until it is known which partitions changed', () => {
    assert.deepEqual(names(jobOf({ kind: 'scan' })), ['lookup']);
    assert.deepEqual(names(jobOf({ kind: 'scan' }), [outcome('lookup', 'failed')]), ['lookup']);
  });

  it('has one ingest for each changed partition, in their order, after the lookup', () => {
    const job = jobOf({ kind: 'scan' });
    const plan = planTasks(job, [looked(['2001-01-01', 'country=DE/kind=a'])]);
    assert.deepEqual(
      plan.map((task) => [task.name, task.after]),
      [
        ['lookup', []],
        ['ingest/2001-01-01', ['lookup']],
        ['ingest/country=DE/kind=a', ['lookup']],
      ],
    );
  });

  it('runs a partition once that a provider lists twice', () => {
    assert.deepEqual(names(jobOf({ kind: 'scan' }), [looked(['a', 'a', 'b'])]), [
      'lookup',
      'ingest/a',
      'ingest/b',
    ]);
  });

  it('hands the frame to the lookup of a backfill and the backfill to its ingests', () => {
    const job = jobOf({ kind: 'backfill', from: '2001-01', to: '2001-06', concurrency: 4 });
    const [lookup, ingest] = planTasks(job, [looked(['2001-01-01'])]);
    assert.deepEqual(lookup?.spec, { kind: 'lookup', dataset, from: '2001-01', to: '2001-06' });
    assert.equal(ingest?.spec.kind === 'ingest' && ingest.spec.backfill, job.id);
  });

  it('of an exercise has as many tasks as were asked for, none after another', () => {
    const plan = planTasks(jobOf({ kind: 'exercise', tasks: 2, busyMs: 5 }), []);
    assert.deepEqual(
      plan.map(({ name, spec, after }) => [name, spec, after]),
      [
        ['exercise/0', { kind: 'exercise', number: 0, busyMs: 5 }, []],
        ['exercise/1', { kind: 'exercise', number: 1, busyMs: 5 }, []],
      ],
    );
  });

  it('measures every batch of a check, then evaluates, then notifies', () => {
    const plan = planTasks(jobOf({ kind: 'check', revision, batches: 2 }), []);
    assert.deepEqual(
      plan.map((task) => [task.name, task.after]),
      [
        ['measure/0', []],
        ['measure/1', []],
        ['evaluate', ['measure/0', 'measure/1']],
        ['notify', ['evaluate']],
      ],
    );
    assert.deepEqual(
      plan.map((task) => [task.timeoutMs, task.memoryMb]),
      [
        [limits.measureTimeoutMs, limits.measureMemoryMb],
        [limits.measureTimeoutMs, limits.measureMemoryMb],
        [limits.evaluateTimeoutMs, limits.evaluateMemoryMb],
        [limits.notifyTimeoutMs, limits.smallTaskMemoryMb],
      ],
    );
  });

  it('puts queries to a revision beside measuring it, when its definition has some', () => {
    const check = planTasks(jobOf({ kind: 'check', revision, batches: 1, queries: true }), []);
    assert.deepEqual(
      check.map((task) => [task.name, task.after]),
      [
        ['measure/0', []],
        ['query', []],
        ['evaluate', ['measure/0', 'query']],
        ['notify', ['evaluate']],
      ],
    );
    assert.deepEqual(check[1]?.spec, { kind: 'query', revision });
    assert.equal(check[1]?.timeoutMs, limits.queriesTimeoutMs);
    assert.deepEqual(names(jobOf({ kind: 'profile', revision, batches: 1, queries: true })), [
      'measure/0',
      'query',
    ]);
  });

  it('tells ingests of a forced scan or backfill that they are forced', () => {
    const [, ingest] = planTasks(jobOf({ kind: 'scan', force: true }), [looked(['2001-01-01'])]);
    assert.equal(ingest?.spec.kind === 'ingest' && ingest.spec.force, true);
    const forced = planTasks(jobOf({ kind: 'backfill', concurrency: 4, force: true }), [
      looked(['2001-01-01']),
    ]);
    assert.ok(
      forced.every(({ spec }) => (spec.kind === 'lookup' || spec.kind === 'ingest') && spec.force === true),
    );
  });

  it('leaves time for all queries that a definition may have, each up to its own time-out', () => {
    const oneMs = limits.queryTimeoutMs + limits.killGraceMs;
    assert.ok(limits.queriesPerDatasetMax * oneMs < limits.queriesTimeoutMs);
  });

  it('only measures for a profile, and only judges and tells for learn and report', () => {
    assert.deepEqual(names(jobOf({ kind: 'profile', revision, batches: 1 })), ['measure/0']);
    const learn = planTasks(jobOf({ kind: 'learn', from: 'a' }, 'b1'), []);
    assert.deepEqual(learn[0]?.spec, {
      kind: 'evaluate',
      dataset,
      target: { kind: 'frame', backfill: jobId('b1'), from: 'a' },
    });
    const failure = { code: 'SOURCE_UNREADABLE', message: 'no' } as const;
    const report = planTasks(jobOf({ kind: 'report', partition: partitionKey('p'), failure }), []);
    assert.deepEqual(
      report.map((task) => task.spec),
      [
        { kind: 'evaluate', dataset, target: { kind: 'failure', partition: 'p', failure } },
        { kind: 'notify', dataset, target: { kind: 'failure', partition: 'p', failure } },
      ],
    );
  });

  it('tells of a broken file at once, but not when a backfill will tell of all of them in one message', () => {
    const failure = { code: 'SOURCE_UNREADABLE', message: 'no' } as const;
    const spec = { kind: 'report', partition: partitionKey('p'), failure } as const;
    assert.deepEqual(names(jobOf(spec)), ['evaluate', 'notify']);
    assert.deepEqual(names(jobOf(spec, 'b1')), ['evaluate']);
  });

  it('has unique names, predecessors before their successors, and only grows with outcomes', () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), keys, (batches, changed) => {
        for (const job of [jobOf({ kind: 'scan' }), jobOf({ kind: 'check', revision, batches })]) {
          const before = names(job);
          const plan = planTasks(job, [looked(changed)]);
          const after = plan.map((task) => task.name as string);
          assert.deepEqual(after.slice(0, before.length), before);
          assert.equal(new Set(after).size, after.length);
          for (const [index, task] of plan.entries()) {
            for (const name of task.after) assert.ok(after.indexOf(name) < index);
          }
        }
      }),
    );
  });
});

describe('the end of a job', () => {
  const check = jobOf({ kind: 'check', revision, batches: 1 });
  const plan = planTasks(check, []);
  const done = ['measure/0', 'evaluate', 'notify'].map((name) => outcome(name, 'done'));

  it('comes when every planned task has an outcome', () => {
    assert.equal(jobEnd(check, plan, done.slice(0, 2), now), undefined);
    assert.deepEqual(jobEnd(check, plan, done, now), {
      status: 'succeeded',
      endedAt: now,
      tasks: 3,
      tasksFailed: 0,
    });
  });

  it('is a failure when one task failed for good, though the others were done', () => {
    const outcomes = [outcome('measure/0', 'quarantined'), ...done.slice(1)];
    assert.deepEqual(jobEnd(check, plan, outcomes, now)?.status, 'failed');
    assert.deepEqual(jobEnd(check, plan, outcomes, now)?.tasksFailed, 1);
  });

  it('comes with a failed lookup at once', () => {
    const scan = jobOf({ kind: 'scan' });
    const outcomes = [outcome('lookup', 'failed')];
    assert.equal(jobEnd(scan, planTasks(scan, outcomes), outcomes, now)?.status, 'failed');
  });

  it('comes at once with a cancellation, but what was all done stays done', () => {
    const cancelled: Job = { ...check, control: 'cancel' };
    assert.equal(jobEnd(cancelled, plan, done.slice(0, 1), now)?.status, 'cancelled');
    assert.equal(jobEnd(cancelled, plan, done, now)?.status, 'succeeded');
  });
});

describe('the progress of a job', () => {
  const scan = jobOf({ kind: 'scan' });

  it('is unknown before the lookup has ended', () => {
    assert.deepEqual(jobProgress(planTasks(scan, []), [], new Map()), { ended: 0, failed: 0 });
  });

  it('counts ended tasks whole and running ones by their own progress', () => {
    const outcomes = [looked(['a', 'b']), outcome('ingest/a', 'failed')];
    const running = new Map([[taskName('ingest/b'), 0.5]]);
    assert.deepEqual(jobProgress(planTasks(scan, outcomes), outcomes, running), {
      tasks: 3,
      ended: 2,
      failed: 1,
      fraction: 2.5 / 3,
    });
  });
});
