import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jobId } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import { type Job, type JobKind, type JobSpec, newJob } from '../../../src/core/jobs/job.ts';
import { admissionRules, admit, heldDatasets, tableSizes } from '../../../src/core/placement/admit.ts';
import { liveJob, liveTask } from '../../support/live-cluster.ts';
import { datasetOf } from '../../support/names.ts';

const specs: Partial<Record<JobKind, JobSpec>> = {
  scan: { kind: 'scan' },
  backfill: { kind: 'backfill', concurrency: 4 },
  learn: { kind: 'learn' },
};

function jobOf(id: string, dataset = 'flights', kind: JobKind = 'scan'): Job {
  const spec = specs[kind] ?? { kind: 'scan' };
  return newJob({ id: jobId(id), dataset: datasetOf(dataset), spec, createdAt: instant(0) });
}

const rules = { admittedJobsMax: 8, admittedJobsPerDatasetMax: 4, liveTasksMax: 100, liveTasksPerJobMin: 10 };

const anyJob = fc
  .tuple(
    fc.integer({ min: 0, max: 999 }),
    fc.integer({ min: 0, max: 4 }),
    fc.constantFrom('scan', 'backfill'),
  )
  .map(([id, dataset, kind]) => jobOf(`j${id}`, `d${dataset}`, kind === 'scan' ? 'scan' : 'backfill'));

describe('admit', () => {
  it('never admits more jobs, jobs of a dataset, or live tasks than there are places', () => {
    fc.assert(
      fc.property(
        fc.array(anyJob, { maxLength: 40 }),
        fc.array(anyJob, { maxLength: 8 }),
        fc.integer({ min: 0, max: 120 }),
        (ready, admitted, liveTasks) => {
          const taken = admit({ ready, admitted, liveTasks, rules });
          assert.ok(taken.length === 0 || admitted.length + taken.length <= rules.admittedJobsMax);
          assert.ok(
            taken.length === 0 || liveTasks + taken.length * rules.liveTasksPerJobMin <= rules.liveTasksMax,
          );
          for (const { dataset } of taken) {
            const all = [...admitted, ...taken].filter((job) => job.dataset === dataset).length;
            assert.ok(all <= rules.admittedJobsPerDatasetMax);
          }
        },
      ),
    );
  });

  it('keeps places for more urgent jobs: backfills alone never fill a cluster', () => {
    const ready = Array.from({ length: 20 }, (_, at) => jobOf(`b${at}`, `d${at}`, 'backfill'));
    const admitted = admit({ ready, admitted: [], liveTasks: 0, rules });
    assert.equal(admitted.length, 6);
    const scan = jobOf('s', 'other', 'scan');
    assert.deepEqual(admit({ ready: [scan], admitted, liveTasks: 0, rules }), [scan]);
  });

  it('takes a cancelled job in whatever is full, for it is only to be ended', () => {
    const cancelled: Job = { ...jobOf('c'), control: 'cancel' };
    assert.deepEqual(admit({ ready: [cancelled], admitted: [], liveTasks: 9_999, rules }), [cancelled]);
  });

  it('holds back the datasets with more open jobs than the limit, and no others', () => {
    const depth = new Map([
      [datasetOf('a'), 10],
      [datasetOf('b'), 11],
    ]);
    assert.deepEqual([...heldDatasets(depth, 10)], ['b']);
  });
});

describe('the size of live tables', () => {
  it('lets all admitted jobs together never grow beyond the live tasks that are allowed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 64 }),
        fc.integer({ min: 0, max: 2_000 }),
        (counts, slots) => {
          const jobs = counts.map((count, at) =>
            liveJob({ id: `j${at}`, tasks: Array.from({ length: count }, (_, t) => liveTask(`t${t}`)) }),
          );
          const before = counts.reduce((sum, count) => sum + count, 0);
          const sizes = tableSizes(jobs, slots, admissionRules);
          const after = jobs.reduce(
            (sum, job) => sum + Math.max(job.tasks.length, sizes.get(job.id) ?? 0),
            0,
          );
          const guaranteed = jobs.reduce(
            (sum, job) => sum + Math.max(job.tasks.length, admissionRules.liveTasksPerJobMin),
            0,
          );
          assert.ok(after <= Math.max(guaranteed, admissionRules.liveTasksMax, before));
          assert.ok([...sizes.values()].every((size) => size >= admissionRules.liveTasksPerJobMin));
        },
      ),
    );
  });

  it('gives a single job enough tasks for all slots twice', () => {
    const job = liveJob({ id: 'j1', tasks: [] });
    assert.equal(tableSizes([job], 200, admissionRules).get(job.id), 400);
  });

  it('gives a backfill no more than its concurrency needs', () => {
    const job = liveJob({ id: 'j1', kind: 'backfill', concurrency: 20, tasks: [] });
    assert.equal(tableSizes([job], 200, admissionRules).get(job.id), 40);
  });
});
