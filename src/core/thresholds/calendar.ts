import type { PartitionKey } from '../../base/ids.ts';
import { day, hour } from '../../base/units.ts';
import type { TimeGrain } from '../datasets/definition.ts';
import { partitionGrain, partitionStart } from '../datasets/partition-key.ts';

/** Where a partition stands in the seasons that forecasts know. -1 where a season does not apply. */
export type SeasonPoint = {
  /** The length of the short season in partitions: 7 days, 24 hours or 12 months; 0 when there is none. */
  readonly period: number;
  /** The place in the short season: day of the week, hour of the day, month of the year; from 0. */
  readonly slot: number;
  /** Day of the month, from 1. */
  readonly monthDay: number;
  /** Days to the month's end: the last day is 0. */
  readonly monthRest: number;
};

const noSeason: SeasonPoint = { period: 0, slot: -1, monthDay: -1, monthRest: -1 };

/** The seasons of a partition, by the time that its key names. */
export function seasonPoint(key: PartitionKey): SeasonPoint {
  const start = partitionStart(key);
  const grain = partitionGrain(key);
  if (start === undefined || grain === undefined) return noSeason;
  const date = new Date(start);
  if (grain === 'hour') return { ...noSeason, period: 24, slot: date.getUTCHours() };
  if (grain === 'month') return { ...noSeason, period: 12, slot: date.getUTCMonth() };
  if (grain === 'year') return noSeason;
  const monthDay = date.getUTCDate();
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return { period: 7, slot: date.getUTCDay(), monthDay, monthRest: length - monthDay };
}

const perMonth: Readonly<Record<TimeGrain, number>> = { hour: 730.5, day: 30.4375, month: 1, year: 1 / 12 };
const month = 30.4375 * day;
const gapsMax = 60;

/**
 * How many partitions a month has, from the spacing of their keys: the mean of the last 60 gaps, each counted as at most
 * three times the median one, so that a long pause does not thin out the rest. Keys without a time count as daily.
 */
export class Spacing {
  readonly #gaps: number[] = [];
  #last: number | undefined;
  #perMonth: number | undefined;

  observe(key: PartitionKey): void {
    const start = partitionStart(key);
    if (start === undefined) return;
    const grain = partitionGrain(key) ?? 'day';
    this.#perMonth ??= perMonth[grain];
    const gap = this.#last === undefined ? 0 : start - this.#last;
    this.#last = start;
    if (gap < hour) return;
    this.#gaps.push(gap);
    if (this.#gaps.length > gapsMax) this.#gaps.shift();
    if (this.#gaps.length >= 6) this.#perMonth = month / this.#meanGap();
  }

  /** Partitions of a month. */
  perMonth(): number {
    return this.#perMonth ?? perMonth.day;
  }

  #meanGap(): number {
    const sorted = this.#gaps.toSorted((a, b) => a - b);
    const most = 3 * (sorted[sorted.length >> 1] ?? day);
    return sorted.reduce((sum, gap) => sum + Math.min(gap, most), 0) / sorted.length;
  }
}
