import type { Instant } from '../../base/units.ts';
import { type Spread, spreadOf } from './figures.ts';
import type { DrilledJob } from './history.ts';

/** Jobs that were submitted together, and how fast they were completed. */
export type CapacityPoint = {
  readonly nodes: number;
  readonly jobs: number;
  /** From the first submission until the last end stood in the database. */
  readonly tookMs: number;
  readonly jobsPerSecond: number;
  /** Of each job, from its submission to its end, ms. */
  readonly latency: Spread;
};

/** How many tasks a cluster does in a second, whatever their jobs. */
export type TaskRate = {
  readonly nodes: number;
  readonly tasks: number;
  /** From the start of the first to the commit of the last. */
  readonly tookMs: number;
  readonly tasksPerSecond: number;
};

/** The same backfill on so many nodes. */
export type BackfillPoint = {
  readonly nodes: number;
  readonly partitions: number;
  readonly rows: number;
  readonly tookMs: number;
  /** Against the least number of nodes. */
  readonly speedUp: number;
};

/** The share of the greatest rate from which on more jobs at once count as bringing nothing more. */
const bendShare = 0.9;

/** The point of jobs that have all ended; undefined when they have not. */
export function capacityPoint(nodes: number, jobs: readonly DrilledJob[]): CapacityPoint | undefined {
  const ends = jobs.flatMap(({ endedAt }) => endedAt ?? []);
  if (ends.length < jobs.length || ends.length === 0) return undefined;
  const tookMs = Math.max(1, Math.max(...ends) - Math.min(...jobs.map(({ createdAt }) => createdAt)));
  const latency = spreadOf(jobs.map(({ createdAt, endedAt = createdAt }) => endedAt - createdAt));
  return { nodes, jobs: jobs.length, tookMs, jobsPerSecond: (jobs.length * 1_000) / tookMs, latency };
}

/** How fast the tasks of these jobs were done. */
export function taskRate(nodes: number, jobs: readonly DrilledJob[]): TaskRate {
  let [first, last, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const { tasks } of jobs) {
    for (const { startedAt, endedAt } of tasks) {
      [first, last, count] = [Math.min(first, startedAt), Math.max(last, endedAt), count + 1];
    }
  }
  const tookMs = count === 0 ? 0 : Math.max(1, last - first);
  return { nodes, tasks: count, tookMs, tasksPerSecond: count === 0 ? 0 : (count * 1_000) / tookMs };
}

/** From the submission of each job to the start of its first task, ms. */
export function startLatencies(jobs: readonly DrilledJob[]): number[] {
  return jobs.flatMap(({ createdAt, tasks }) => {
    const starts: readonly Instant[] = tasks.map(({ startedAt }) => startedAt);
    return starts.length === 0 ? [] : [Math.min(...starts) - createdAt];
  });
}

/**
 * Where the curve of one number of nodes bends: the smallest number of jobs at once that reaches nine tenths of the
 * greatest rate. Up to there more jobs are done faster, for what each round costs is shared by more of them; from there on
 * they only wait longer. Undefined when the greatest rate is that of the largest number: the curve still rises.
 */
export function bendOf(points: readonly CapacityPoint[]): CapacityPoint | undefined {
  const sorted = points.toSorted((a, b) => a.jobs - b.jobs);
  const best = Math.max(0, ...sorted.map(({ jobsPerSecond }) => jobsPerSecond));
  const bend = sorted.find(({ jobsPerSecond }) => jobsPerSecond >= bendShare * best);
  return bend === sorted.at(-1) ? undefined : bend;
}
