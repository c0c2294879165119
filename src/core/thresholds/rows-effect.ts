import { smallMedian } from './small-median.ts';

const pointsKept = 90;
const levelKept = 42;
const pointsNeeded = 8;

/**
 * How a metric follows the number of rows behind it: the straight line through its last 90 points (least squares), at the
 * height of the median of the last 42. Sums and distinct values of a busy day are large because the day is busy; what is
 * left over this line is what they say themselves, also on a day whose number of rows is an alarm of its own.
 */
export class RowsEffect {
  readonly #values: number[] = [];
  readonly #sizes: number[] = [];

  absorb(value: number, size: number): void {
    this.#values.push(value);
    this.#sizes.push(size);
    if (this.#values.length <= pointsKept) return;
    this.#values.shift();
    this.#sizes.shift();
  }

  /** The value expected of so many rows; NaN while there is too little to go by. */
  predict(size: number): number {
    const count = this.#values.length;
    if (count < pointsNeeded) return Number.NaN;
    const slope = this.#slope();
    if (slope === 0) return Number.NaN;
    const levels: number[] = [];
    for (let place = Math.max(0, count - levelKept); place < count; place += 1) {
      levels.push((this.#values[place] ?? 0) - slope * ((this.#sizes[place] ?? 0) - size));
    }
    return smallMedian(levels);
  }

  /** 0 where the number of rows never changed. */
  #slope(): number {
    const size = mean(this.#sizes);
    const value = mean(this.#values);
    let products = 0;
    let squares = 0;
    for (const [place, one] of this.#sizes.entries()) {
      products += (one - size) * ((this.#values[place] ?? 0) - value);
      squares += (one - size) * (one - size);
    }
    return squares > 0 ? products / squares : 0;
  }
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
