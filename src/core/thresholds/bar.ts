import type { Sensitivity } from '../checks/definition.ts';
import { SortedWindow } from './sorted-window.ts';
import { studentQuantile } from './student.ts';

/** Partitions of a metric's own history below which nothing is judged, only noticed, and judged with wider bands. */
export const coldStart = { learning: 7, noticing: 14, widened: 28 } as const;

/** The factors of the bar, as records keep them. */
export type BarFactors = {
  /** The quantile at the level that the budget leaves to each metric. */
  readonly quantile: number;
  /** The largest past deviation that nobody called an error. */
  readonly recordZ: number;
  readonly lambda: number;
  readonly sensitivity: number;
  readonly coldFactor: number;
};

/** How many spreads a value may lie from its forecast before it alarms. */
export function barOf(of: BarFactors): number {
  const record = of.recordZ > 0.8 * of.quantile ? 1.1 * of.recordZ : 0;
  return Math.max(of.lambda * of.quantile, record) * of.sensitivity * of.coldFactor;
}

/** Wider bands while a metric is young. */
export function coldFactor(history: number): number {
  return history < coldStart.widened ? 1 + 14 / Math.max(1, history) : 1;
}

/** The multiplier of the bar that an owner asked for. */
export const sensitivityFactor = { low: 2, medium: 1, high: 0.5 } as const satisfies Record<
  Sensitivity,
  number
>;

/** A budget is no duty: with few metrics it is shared as if there were ten, rather than spent on small deviations. */
const metricsMin = 10;

/** The bar's quantile for one partition of a dataset: the level is shared by all metrics that are judged. */
export class BarQuantiles {
  readonly #perMetric: number;
  readonly #byDegrees = new Map<number, number>();

  /** `level`: the probability of a false alarm that the whole partition may have. */
  constructor(level: number, metrics: number) {
    this.#perMetric = Math.min(0.5, Math.max(1e-12, level / Math.max(metricsMin, metrics)));
  }

  /** The two-sided quantile after `errors` past errors. */
  of(errors: number): number {
    const degrees = Math.min(30, Math.max(3, errors - 1));
    const known = this.#byDegrees.get(degrees);
    if (known !== undefined) return known;
    const quantile = studentQuantile(degrees, this.#perMetric);
    this.#byDegrees.set(degrees, quantile);
    return quantile;
  }
}

/** A single event counts in the record with at most this multiple of the quantile: one accident must not blind for a year. */
const singleEventMax = 2;

/**
 * The record of a metric's past deviations. A deviation that alarmed and that nobody confirmed as an error raises the
 * metric's own bar, and nobody else's. One event alone counts up to twice the quantile; a second of its kind counts fully.
 */
export class DeviationRecord {
  readonly #past: SortedWindow;
  #expected = 0;

  constructor(capacity: number) {
    this.#past = new SortedWindow(capacity);
  }

  /** Takes in |z| of one partition, or of the first of a run of alarms. */
  absorb(deviation: number): void {
    this.#past.push(deviation);
  }

  /** A deviation that people called expected: it counts fully at once. */
  expect(deviation: number): void {
    this.#expected = Math.max(this.#expected, deviation);
  }

  /** The figure that the bar is raised to. */
  value(quantile: number): number {
    const single = Math.min(this.#past.largest(0), singleEventMax * quantile);
    return Math.max(this.#past.largest(1), single, this.#expected);
  }
}
