import type { Instant } from '../../base/units.ts';
import type { BackfillProgress } from '../../ports/job-store.ts';

/** How fast a backfill goes, and how long it will still take at this rate. */
export type BackfillRate = {
  readonly rowsPerSecond: number;
  readonly partitionsPerSecond: number;
  /** Undefined while nothing moves, or when the number of partitions is not known yet. */
  readonly etaMs?: number;
};

/** How far a backfill was at one moment. */
export type RateReading = { readonly at: Instant; readonly partitions: number; readonly rows: number };

/** A reading of progress now. A failed partition is as settled as a measured one. */
export function rateReading(progress: BackfillProgress, now: Instant): RateReading {
  return { at: progress.endedAt ?? now, partitions: settled(progress), rows: progress.rows };
}

/** Adds a reading and lets go of those that are older than the window, except the newest of these: the window's edge. */
export function slideReadings(
  readings: readonly RateReading[],
  reading: RateReading,
  windowMs: number,
): readonly RateReading[] {
  const all = [...readings, reading];
  const edge = all.findLastIndex((one) => one.at <= reading.at - windowMs);
  return all.slice(Math.max(edge, 0));
}

/**
 * The rate over the time from the first to the last reading; with a single one, over the time since the backfill began.
 * A backfill that has ended gets its overall rate.
 */
export function backfillRate(progress: BackfillProgress, readings: readonly RateReading[]): BackfillRate {
  const last = readings.at(-1);
  const begin: RateReading = { at: progress.startedAt, partitions: 0, rows: 0 };
  const first = readings.length < 2 || progress.endedAt !== undefined ? begin : (readings[0] ?? begin);
  const seconds = last === undefined ? 0 : (last.at - first.at) / 1000;
  if (last === undefined || seconds <= 0) return { rowsPerSecond: 0, partitionsPerSecond: 0 };
  const partitionsPerSecond = (last.partitions - first.partitions) / seconds;
  const left = progress.partitions === undefined ? undefined : progress.partitions - settled(progress);
  const moves = progress.state === 'running' && partitionsPerSecond > 0 && left !== undefined;
  return {
    rowsPerSecond: (last.rows - first.rows) / seconds,
    partitionsPerSecond,
    ...(moves ? { etaMs: Math.round((Math.max(left, 0) / partitionsPerSecond) * 1000) } : {}),
  };
}

function settled(progress: BackfillProgress): number {
  return progress.measured + progress.failed;
}
