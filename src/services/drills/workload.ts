import { assert } from '../../base/assert.ts';
import { type DatasetName, parseDatasetName } from '../../base/ids.ts';
import {
  jobsOfSample,
  type SampleDataset,
  sampleDatasets,
  samplePast,
} from '../../core/drills/sample-data.ts';
import { createSeededChance } from '../../core/drills/seeded-chance.ts';
import type { DrillSite } from '../../ports/drill-site.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { Pace } from './pace.ts';
import type { Submitter } from './submitter.ts';
import type { WorkWatch } from './work-watch.ts';

/** What a drill puts through a cluster: datasets, and jobs without data up to the number that was asked for. */
export type Workload = {
  readonly datasets: readonly SampleDataset[];
  readonly exercises: readonly { readonly tasks: number; readonly busyMs: number }[];
  /** Jobs in all. */
  readonly jobs: number;
};

/** Under this name stand the jobs without data. */
export const exerciseDataset = datasetNamed('drill-exercises');

/** The share of the jobs that have data. */
const realShare = 0.75;

/** The jobs without data are all there when this share of the jobs has ended. */
const spreadShare = 0.8;

/** Makes the work of a drill; the same for the same seed. At least one dataset, whatever `jobs` is. */
export function planWorkload(of: {
  readonly jobs: number;
  readonly seed: number;
  readonly messagesTo: string;
}): Workload {
  const count = Math.max(1, Math.floor((of.jobs * realShare) / jobsOfSample));
  const chance = createSeededChance(of.seed + 1);
  const exercises = Array.from({ length: Math.max(0, of.jobs - count * jobsOfSample) }, () => ({
    tasks: 1 + chance.below(4),
    busyMs: chance.below(400),
  }));
  const datasets = sampleDatasets({ ...of, count });
  return { datasets, exercises, jobs: count * jobsOfSample + exercises.length };
}

export type WorkloadParts = {
  readonly site: DrillSite;
  readonly submitter: Submitter;
  readonly watch: WorkWatch;
  readonly pace: Pace;
  /** Absent where only the datasets are worked on. */
  readonly queue?: Pick<JobStore, 'enqueue'>;
  /** How many datasets are worked on at once. */
  readonly datasetsAtOnce: number;
  readonly signal: AbortSignal;
};

/**
 * Puts the work through: each dataset is registered, backfilled, and scanned after each of its arrivals, which come one
 * by one because a verdict depends on the partitions before it. Resolves when everything has ended.
 */
export async function runWorkload(workload: Workload, parts: WorkloadParts): Promise<void> {
  const left = [...workload.datasets];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await runDataset(next, parts);
  };
  const lanes = Array.from({ length: Math.min(parts.datasetsAtOnce, left.length) }, lane);
  const { queue } = parts;
  await Promise.all(queue === undefined ? lanes : [...lanes, runExercises(workload, { ...parts, queue })]);
}

async function runDataset(sample: SampleDataset, parts: WorkloadParts): Promise<void> {
  const { site, submitter, watch, pace, signal } = parts;
  const { dataset, past, arrivals } = sample;
  for (const file of past) await site.publish(file);
  await pace.begin(2 + samplePast, signal);
  await submitter.register(sample, site.directory);
  await submitter.backfill(dataset);
  await watch.idle(dataset, signal);
  for (const file of arrivals) {
    await pace.begin(2, signal);
    await site.publish(file);
    await submitter.scan(dataset);
    await watch.idle(dataset, signal);
  }
}

/** Spread over the ends of the other jobs, so that they are there from the beginning to the end. */
async function runExercises(
  { exercises, jobs }: Workload,
  parts: WorkloadParts & { readonly queue: Pick<JobStore, 'enqueue'> },
): Promise<void> {
  const { pace, submitter, queue, watch, signal } = parts;
  for (const [at, work] of exercises.entries()) {
    await watch.reaches(Math.floor((spreadShare * jobs * at) / exercises.length), signal);
    await pace.begin(1, signal);
    await submitter.exercise(queue, { dataset: exerciseDataset, ...work });
  }
  await watch.idle(exerciseDataset, signal);
}

function datasetNamed(name: string): DatasetName {
  const dataset = parseDatasetName(name);
  assert(dataset !== undefined, `${name} is a valid name`);
  return dataset;
}
