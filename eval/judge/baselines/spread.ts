import type { MetricModel } from './per-metric.ts';

/** Distance from the mean of all values in their standard deviations. */
export class MeanDeviation implements MetricModel {
  #count = 0;
  #mean = 0;
  #squares = 0;

  score(value: number): number | undefined {
    if (this.#count < 2) return undefined;
    return inSpreads(value - this.#mean, Math.sqrt(this.#squares / (this.#count - 1)));
  }

  absorb(value: number): void {
    this.#count += 1;
    const before = value - this.#mean;
    this.#mean += before / this.#count;
    this.#squares += before * (value - this.#mean);
  }
}

/** Distance from the median of all values in their scaled median absolute deviations. */
export class MedianDeviation implements MetricModel {
  readonly #values: number[] = [];
  #fit: { median: number; spread: number } | undefined;

  score(value: number): number | undefined {
    if (this.#values.length < 2) return undefined;
    const { median, spread } = (this.#fit ??= this.#fitted());
    return inSpreads(value - median, spread);
  }

  absorb(value: number): void {
    this.#values.push(value);
    this.#fit = undefined;
  }

  #fitted(): { median: number; spread: number } {
    const median = medianOf(this.#values);
    // The factor makes it a standard deviation, where values are normal.
    return { median, spread: 1.4826 * medianOf(this.#values.map((value) => Math.abs(value - median))) };
  }
}

/** Above 1 outside the range of all values, by the width of the range. */
export class RangeDeviation implements MetricModel {
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;

  score(value: number): number | undefined {
    if (this.#greatest < this.#least) return undefined;
    const excess = Math.max(this.#least - value, value - this.#greatest);
    return excess <= 0 ? 0 : 1 + inSpreads(excess, this.#greatest - this.#least);
  }

  absorb(value: number): void {
    this.#least = Math.min(this.#least, value);
    this.#greatest = Math.max(this.#greatest, value);
  }
}

const elementaryDays = 14;
const elementaryPointsMin = 7;

/**
 * The z-score of Elementary (dbt) as it is set by default: mean and standard deviation of the last 14 partitions with the
 * judged one among them, at least 7; without any deviation the score is 0.
 */
export class ElementaryDeviation implements MetricModel {
  readonly #window: number[] = [];

  score(value: number): number | undefined {
    const values = [...this.#window.slice(1 - elementaryDays), value];
    if (values.length < elementaryPointsMin) return undefined;
    const mean = meanOf(values);
    const spread = Math.sqrt(sumOfSquares(values, mean) / (values.length - 1));
    return spread === 0 ? 0 : Math.abs(value - mean) / spread;
  }

  absorb(value: number): void {
    this.#window.push(value);
    if (this.#window.length > elementaryDays) this.#window.shift();
  }
}

/** A deviation in spreads: none is 0, any without a spread is infinite. */
export function inSpreads(deviation: number, spread: number): number {
  return deviation === 0 ? 0 : Math.abs(deviation) / spread;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sumOfSquares(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
