import type { Side } from './bar.ts';
import { SortedWindow } from './sorted-window.ts';
import { Tail } from './tail.ts';

/** A single event counts in the record with at most this multiple of the quantile: one accident must not blind for a year. */
const singleEventMax = 2;

/**
 * The past deviations of a metric to one side of its forecasts, in spreads: their tail and their record. A deviation that
 * alarmed and that nobody confirmed as an error raises the metric's own bar, and nobody else's. One event alone counts up
 * to twice the quantile; a second of its kind counts fully.
 */
export class Deviations {
  readonly tail = new Tail();
  readonly #past: SortedWindow;
  #expected = 0;

  constructor(capacity: number) {
    this.#past = new SortedWindow(capacity);
  }

  /** Takes the deviation of one partition, or the largest of a run of alarms, into the record. */
  absorb(deviation: number): void {
    this.#past.push(deviation);
  }

  /** A deviation that people called expected: it counts fully at once. */
  expect(deviation: number): void {
    this.#expected = Math.max(this.#expected, deviation);
  }

  /** The figure that the bar is raised to. */
  record(quantile: number): number {
    const single = Math.min(this.#past.largest(0), singleEventMax * quantile);
    return Math.max(this.#past.largest(1), single, this.#expected);
  }
}

/** The side of its forecast on which a value lies. */
export function sideOf(sign: number): Side {
  return sign > 0 ? 'above' : 'below';
}
