import { assert } from '../../base/assert.ts';

/** Shared by all windows that hold nothing: a dataset of thousands of columns has millions of them at its first partition. */
const nothing = new Float64Array(0);
const firstLength = 8;

/**
 * The last `capacity` numbers, kept both in order of arrival and sorted: an insertion costs a binary search and one
 * block move, every quantile is a look-up. Memory grows with what it holds.
 */
export class SortedWindow {
  readonly #capacity: number;
  #arrival: Float64Array = nothing;
  #sorted: Float64Array = nothing;
  #size = 0;
  #oldest = 0;
  #sum = 0;

  constructor(capacity: number) {
    assert(capacity > 0, 'a window holds at least one number');
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  get sum(): number {
    return this.#sum;
  }

  /** Adds a finite number; the oldest goes when the window is full. */
  push(value: number): void {
    if (this.#size === this.#capacity) this.#dropOldest();
    else if (this.#size === this.#sorted.length) this.#grow();
    this.#arrival[(this.#oldest + this.#size) % this.#arrival.length] = value;
    const place = this.rank(value);
    this.#sorted.copyWithin(place + 1, place, this.#size);
    this.#sorted[place] = value;
    this.#size += 1;
    this.#sum += value;
  }

  /** The number at a place of the sorted order, from 0; 0 where there is none. */
  at(place: number): number {
    return place >= 0 && place < this.#size ? (this.#sorted[place] ?? 0) : 0;
  }

  /** The nth largest, from 0; 0 where there is none. */
  largest(nth: number): number {
    return this.at(this.#size - 1 - nth);
  }

  /** The nth newest, from 0. */
  newest(nth: number): number {
    const length = this.#arrival.length;
    return nth < this.#size ? (this.#arrival[(this.#oldest + this.#size - 1 - nth) % length] ?? 0) : 0;
  }

  /** The quantile with linear interpolation between neighbours; NaN when empty. */
  quantile(fraction: number): number {
    if (this.#size === 0) return Number.NaN;
    const position = fraction * (this.#size - 1);
    const below = Math.floor(position);
    const low = this.at(below);
    return below + 1 < this.#size ? low + (position - below) * (this.at(below + 1) - low) : low;
  }

  /** The median; NaN when empty. */
  median(): number {
    if (this.#size === 0) return Number.NaN;
    const half = this.#size >> 1;
    return this.#size % 2 === 1 ? this.at(half) : (this.at(half - 1) + this.at(half)) / 2;
  }

  /** The mean after `fraction` of the numbers was cut off at each end; NaN when empty. */
  trimmedMean(fraction: number): number {
    const cut = Math.floor(this.#size * fraction);
    let sum = 0;
    for (let place = cut; place < this.#size - cut; place += 1) sum += this.at(place);
    return sum / (this.#size - 2 * cut);
  }

  #dropOldest(): void {
    const value = this.#arrival[this.#oldest] ?? 0;
    this.#oldest = (this.#oldest + 1) % this.#arrival.length;
    const place = this.rank(value);
    this.#sorted.copyWithin(place, place + 1, this.#size);
    this.#size -= 1;
    this.#sum -= value;
  }

  /** How many numbers are smaller than `value`. */
  rank(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    // Nothing was dropped before the window was full, so the arrival order starts at 0 here.
    const length = Math.min(this.#capacity, Math.max(firstLength, this.#sorted.length * 2));
    const arrival = new Float64Array(length);
    const sorted = new Float64Array(length);
    arrival.set(this.#arrival);
    sorted.set(this.#sorted);
    this.#arrival = arrival;
    this.#sorted = sorted;
  }
}
