import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import { instant } from '../../base/units.ts';
import { lastCronTime, nextCronTime } from '../datasets/cron-times.ts';

/** When, after its time, a periodic dataset usually comes. Milliseconds, negative for what comes before its time. */
export type ArrivalCurve = {
  /** One in twenty comes before that. */
  readonly earlyMs: number;
  readonly usualMs: number;
  /** Nearly all have come by then: what has not is late. */
  readonly lateMs: number;
  /** Times that it was learned from. */
  readonly points: number;
};

export type CronRule = { readonly cron: string; readonly timeZone: string };

/**
 * Learns it from when past partitions were taken in (`arrivals`, newest first). Each time that the expression names counts
 * once, with the first partition after it: a copy of many years at once is one point. Quantiles are observed values
 * (nearest rank, rounded down), so that single delays of hours move nothing; `lateMs` is as far behind the 95th as that is
 * behind the median, and at least a quarter of an hour. Undefined while there are fewer than 8 points, and for what comes
 * more often than hourly, where there is nothing to wait for.
 */
export function learnArrivals(rule: CronRule, arrivals: readonly Instant[]): ArrivalCurve | undefined {
  const [newest] = arrivals;
  if (newest === undefined || arrivals.length < limits.arrivalPointsMin) return undefined;
  const periodMs = periodMsAt(rule, newest);
  if (periodMs === undefined || periodMs < limits.arrivalPeriodMsMin) return undefined;
  const delays = delaysOf(rule, arrivals, leadMsOf(periodMs)).toSorted((a, b) => a - b);
  if (delays.length < limits.arrivalPointsMin) return undefined;
  const quantile = (part: number): number => delays[Math.floor(part * (delays.length - 1))] ?? 0;
  const [earlyMs, usualMs, almostAllMs] = [quantile(0.05), quantile(0.5), quantile(0.95)];
  const slackMs = Math.max(limits.arrivalSlackMs, almostAllMs - usualMs);
  return { earlyMs, usualMs, lateMs: almostAllMs + slackMs, points: delays.length };
}

/** The time between the two that an expression names around a moment. */
export function periodMsAt({ cron, timeZone }: CronRule, at: Instant): number | undefined {
  const last = lastCronTime(cron, timeZone, at);
  const next = nextCronTime(cron, timeZone, at);
  return last === undefined || next === undefined ? undefined : next - last;
}

/** How much before its time something may come and still count as that time's. */
export function leadMsOf(periodMs: number | undefined): number {
  return Math.min(limits.scanToleranceMs, (periodMs ?? Number.POSITIVE_INFINITY) / 4);
}

function delaysOf({ cron, timeZone }: CronRule, arrivals: readonly Instant[], leadMs: number): number[] {
  const firsts = new Map<Instant, number>();
  let due: Instant | undefined;
  for (const at of arrivals) {
    // From the newest to the oldest: as long as it is not before the last time found, it belongs to that.
    if (due === undefined || at + leadMs < due) due = lastCronTime(cron, timeZone, instant(at + leadMs));
    if (due === undefined) break;
    firsts.set(due, at - due);
  }
  return [...firsts.values()];
}
