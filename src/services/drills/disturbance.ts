import type { InjectedFault } from '../../core/drills/history.ts';

/** What is done to a cluster while it works. */
export interface Disturbance {
  /** Everything that was done so far. */
  readonly faults: readonly InjectedFault[];
  /** How much is to be done in all. */
  readonly planned: number;
  /** Does it, each thing when its share of the jobs has ended. Resolves when all of it is done and healed. */
  run(work: DisturbedWork, signal: AbortSignal): Promise<void>;
}

/** The work as a disturbance sees it. */
export type DisturbedWork = {
  readonly jobs: number;
  /** Resolves once so many jobs have ended. */
  reaches(ended: number, signal: AbortSignal): Promise<void>;
  /** Lets work begin: so many jobs in all. */
  allow(jobs: number): void;
};

/**
 * Work that is there beside what the next disturbance waits for, so that each finds some: of a short drill only a part, for
 * otherwise all of its work would be done before the last disturbance.
 */
export function jobsAhead(jobs: number): number {
  return Math.ceil(Math.max(jobs * 0.04, Math.min(24, jobs * 0.15)));
}
