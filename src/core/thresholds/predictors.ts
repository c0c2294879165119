import type { SeasonPoint } from './calendar.ts';
import { RowsEffect } from './rows-effect.ts';
import { SeasonalEffects } from './seasonal.ts';
import { smallMedian } from './small-median.ts';
import { SortedWindow } from './sorted-window.ts';

/** The forecasts that compete for each metric, with the factor that handicaps the more daring ones. */
export const predictors = [
  { name: 'level', penalty: 1 },
  { name: 'level_42', penalty: 1 },
  { name: 'level_7', penalty: 1 },
  { name: 'smoothed', penalty: 1 },
  { name: 'last', penalty: 1.02 },
  { name: 'season', penalty: 1.04 },
  { name: 'level_season', penalty: 1.06 },
  { name: 'last_season', penalty: 1.06 },
  { name: 'trend', penalty: 1.06 },
  { name: 'drift', penalty: 1.06 },
  { name: 'drift_season', penalty: 1.06 },
  { name: 'month_day', penalty: 1.06 },
  { name: 'month_end', penalty: 1.06 },
  { name: 'rows', penalty: 1.04 },
] as const;

/** The name of a forecast, as records hold it. */
export type PredictorName = (typeof predictors)[number]['name'];

const levelWindow = 90;
const smoothing = 0.3;
const seasonWindow = 8;
const monthsNeeded = 3;

/**
 * All one-step forecasts of one series, computed side by side from the values absorbed so far. Each follows a shift of
 * the whole series by the same amount, which is what lets a level shift be a single added offset.
 */
export class PredictorBank {
  readonly #level = new SortedWindow(levelWindow);
  readonly #level42 = new SortedWindow(42);
  readonly #recent: number[] = [];
  readonly #differences: number[] = [];
  readonly #bySlot = new Map<number, number[]>();
  readonly #differencesBySlot = new Map<number, number[]>();
  readonly #byMonthDay = new Map<number, number[]>();
  readonly #byMonthRest = new Map<number, number[]>();
  readonly #seasonal = new SeasonalEffects();
  readonly #rows = new RowsEffect();
  /** Scratch space of the trend. */
  #carried = new Float64Array(0);
  #smoothed = 0;
  #size = 0;

  /**
   * One forecast for each of `predictors`, in their order; NaN where there is too little to go by. `size` is the number of
   * rows on the scale on which the series may follow it; undefined where it must not.
   */
  predict(at: SeasonPoint, size: number | undefined): Float64Array {
    const out = new Float64Array(predictors.length).fill(Number.NaN);
    if (this.#size === 0) return out;
    const last = this.#recent.at(-1) ?? 0;
    const seasonal = at.period > 0 && this.#seasonal.isReady(at);
    const effect = seasonal ? this.#seasonal.effect(at.slot) : 0;
    out[0] = this.#level.trimmedMean(0.2);
    out[1] = this.#level42.median();
    out[2] = smallMedian(this.#recent, Math.max(0, this.#recent.length - 7));
    out[3] = this.#smoothed;
    out[4] = last;
    out[5] = medianOf(this.#bySlot.get(at.slot), 2);
    if (seasonal) out[6] = this.#seasonal.level() + effect;
    if (seasonal) out[7] = this.#seasonal.lastLevel() + effect;
    if (this.#size >= 6) out[8] = this.#trend();
    if (this.#size >= 4)
      out[9] = last + smallMedian(this.#differences, Math.max(0, this.#differences.length - 8));
    out[10] = last + medianOf(this.#differencesBySlot.get(at.slot), 2);
    out[11] = medianOf(this.#byMonthDay.get(at.monthDay), monthsNeeded);
    out[12] = medianOf(this.#byMonthRest.get(at.monthRest), monthsNeeded);
    if (size !== undefined) out[13] = this.#rows.predict(size);
    return out;
  }

  /** Takes in a value that is to be learned from. */
  absorb(value: number, at: SeasonPoint, size: number | undefined): void {
    const last = this.#recent.at(-1);
    this.#level.push(value);
    this.#level42.push(value);
    this.#smoothed = last === undefined ? value : this.#smoothed + smoothing * (value - this.#smoothed);
    if (last !== undefined) this.#absorbDifference(value - last, at);
    keep(this.#recent, value, 14);
    if (at.slot >= 0) keepAt(this.#bySlot, at.slot, { value, most: seasonWindow });
    if (at.monthDay >= 0) keepAt(this.#byMonthDay, at.monthDay, { value, most: 12 });
    if (at.monthRest >= 0) keepAt(this.#byMonthRest, at.monthRest, { value, most: 12 });
    this.#seasonal.absorb(value, at);
    if (size !== undefined) this.#rows.absorb(value, size);
    this.#size += 1;
  }

  #absorbDifference(difference: number, at: SeasonPoint): void {
    keep(this.#differences, difference, 13);
    if (at.slot >= 0) keepAt(this.#differencesBySlot, at.slot, { value: difference, most: 6 });
  }

  /** The median of the last 14 values, each carried forward by the median slope. */
  #trend(): number {
    const slope = smallMedian(this.#differences);
    const size = this.#recent.length;
    const carried = this.#carried.length === size ? this.#carried : new Float64Array(size);
    for (let place = 0; place < size; place += 1) {
      carried[place] = (this.#recent[place] ?? 0) + (size - place) * slope;
    }
    this.#carried = carried;
    return smallMedian(carried);
  }
}

function medianOf(values: readonly number[] | undefined, needed: number): number {
  return values === undefined || values.length < needed ? Number.NaN : smallMedian(values);
}

function keep(list: number[], value: number, most: number): void {
  list.push(value);
  if (list.length > most) list.shift();
}

function keepAt(lists: Map<number, number[]>, slot: number, entry: { value: number; most: number }): void {
  const list = lists.get(slot);
  if (list === undefined) lists.set(slot, [entry.value]);
  else keep(list, entry.value, entry.most);
}
