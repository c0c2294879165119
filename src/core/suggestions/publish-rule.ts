import { day, hour, minute } from '../../base/units.ts';
import type { PublishRule, TimeGrain } from '../datasets/definition.ts';
import type { ListedPartition } from '../datasets/source.ts';
import { timeSliceOf } from '../datasets/time-slice.ts';

/** When new partitions seem to come, with what speaks for it. */
export type PublishProposal = { readonly rule: PublishRule; readonly reason: string };

type Arrival = {
  readonly grain: TimeGrain;
  readonly startMs: number;
  readonly endMs: number;
  readonly at: number;
};

/** Partitions that are looked at, the newest, and those without which nothing can be told. */
const arrivalsMax = 60;
const arrivalsMin = 5;
/** A schedule is kept with some room: after nine of ten arrivals. */
const share = 0.9;

/**
 * The schedule that the arrival of the newest partitions follows, in UTC: undefined when they name no time, when there are
 * too few, or when they came at once, as files do that were copied.
 */
export function proposePublish(
  listed: readonly Pick<ListedPartition, 'key' | 'modifiedAt'>[],
): PublishProposal | undefined {
  const all = listed.flatMap(arrivalOf);
  const grain = all.at(-1)?.grain;
  const arrivals = all.filter((one) => one.grain === grain).slice(-arrivalsMax);
  if (grain === undefined || grain === 'year' || arrivals.length < arrivalsMin) return undefined;
  const length = lengthMs[grain];
  const lags = arrivals.map(({ at, endMs }) => at - endMs).toSorted((a, b) => a - b);
  const [early, late] = [quantile(lags, 1 - share), quantile(lags, share)];
  const moments = new Set(arrivals.map(({ at }) => Math.floor(at / length)));
  // Files that were copied together came at about one time, however long the time is that they name.
  const isSteady = late - early < length / 2 && moments.size >= 0.8 * arrivals.length;
  if (!isSteady || late < -length || late > 7 * length) return undefined;
  const rule: PublishRule = { type: 'periodic', cron: cronOf(grain, late), timeZone: 'UTC' };
  return { rule, reason: reasonOf(arrivals.length, { grain, early, late }) };
}

const lengthMs: Readonly<Record<Exclude<TimeGrain, 'year'>, number>> = { hour, day, month: 30 * day };

function arrivalOf({ key, modifiedAt }: Pick<ListedPartition, 'key' | 'modifiedAt'>): readonly Arrival[] {
  const slice = timeSliceOf(key);
  return slice === undefined || modifiedAt === undefined ? [] : [{ ...slice, at: modifiedAt }];
}

function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.round(at * (sorted.length - 1))] ?? 0;
}

/** Five fields of cron for a time after the end of a slice; slices end at full hours, at midnight, at the end of a month. */
function cronOf(grain: Exclude<TimeGrain, 'year'>, lagMs: number): string {
  const rounded = Math.ceil(lagMs / (15 * minute)) * 15 * minute;
  const ofDay = ((rounded % day) + day) % day;
  const minutes = Math.floor((ofDay % hour) / minute);
  if (grain === 'hour') return `${minutes} * * * *`;
  const hours = Math.floor(ofDay / hour);
  if (grain === 'day') return `${minutes} ${hours} * * *`;
  // Not every month has more days than these.
  const dayOfMonth = Math.min(28, Math.max(1, Math.floor(rounded / day) + 1));
  return `${minutes} ${hours} ${dayOfMonth} * *`;
}

function reasonOf(
  count: number,
  { grain, early, late }: { readonly grain: TimeGrain; readonly early: number; readonly late: number },
): string {
  const unit = grain === 'month' ? day : grain === 'day' ? hour : minute;
  const name = grain === 'month' ? 'days' : grain === 'day' ? 'hours' : 'minutes';
  const [from, to] = [early / unit, late / unit].map((value) => Number(value.toFixed(1)));
  const span = from === to ? `${to}` : `${from} to ${to}`;
  return `the last ${count} partitions came ${span} ${name} after the end of their ${grain}`;
}
