import type { MetricScale } from '../metrics/metric.ts';
import { minimumEffect, severityMax } from './band.ts';
import { SortedWindow } from './sorted-window.ts';

const constantAfter = 14;
const constantWhenYoung = 5;
const daysRemembered = 180;

/** What a constant metric may do without an alarm. `tolerance` undefined: any change is accepted for now. */
export type ConstantView = {
  readonly constant: number;
  readonly tolerance: number | undefined;
  /** The largest change that people called a false alarm. */
  readonly allowed: number;
  readonly pastChanges: number;
};

/** How often the constants of a dataset change, all together. */
export type ConstantsTogether = {
  /** Metrics that stand still now. */
  readonly constants: number;
  /** Partitions in which they did, over all metrics, and in how many of them they changed. */
  readonly days: number;
  readonly changes: number;
};

/** A metric's own partitions count as much as this many of the dataset's. */
const togetherWeight = 10;
/** Where some constant or other changes more often than this share of the budget's level allows, a change is no news. */
const newsLevel = 3;

/**
 * Watches a metric for standing still. A forecast's scale would be 0 there and every change infinitely surprising, so
 * changes are judged by how often and how far the metric changed before. Shares are never watched: they have counting
 * noise to go by.
 */
export class ConstantWatch {
  readonly #metricScale: MetricScale;
  readonly #changes: SortedWindow;
  /** For each partition that was judged as constant, the newest last: whether it changed. */
  readonly #outcomes: boolean[] = [];
  #outcomeChanges = 0;
  #value = Number.NaN;
  #run = 0;
  #size = 0;
  #allowed = 0;

  constructor(metricScale: MetricScale, capacity: number) {
    this.#metricScale = metricScale;
    this.#changes = new SortedWindow(capacity);
  }

  /** Whether the metric stands still: for 14 partitions, or for all of at least 5 while it is younger. */
  isConstant(): boolean {
    if (this.#metricScale === 'percent') return false;
    if (this.#size >= constantAfter) return this.#run >= constantAfter;
    return this.#size >= constantWhenYoung && this.#run === this.#size;
  }

  /**
   * What is tolerated now. Any change alarms when the metric changed at most once before, or so rarely that `level` allows
   * it; else only one half as large again as the second largest before. One change is an accident, two are a habit.
   *
   * Three things make it slower to alarm. When the budget is strained (`lambda` > 1.5) only the steadiest constants do at
   * once. Where the dataset has so many restless constants that one or other changes all the time, none does, and only a
   * change three times as large. Of a group of rows (`isGroup`) only what is rare by its own past: there are many groups.
   */
  view(of: {
    readonly rows: number;
    readonly level: number;
    readonly lambda: number;
    readonly together: ConstantsTogether;
    readonly isGroup: boolean;
  }): ConstantView {
    const { days, changes } = this.outcomes();
    const isSteady = !of.isGroup && this.#changes.size <= 1 && this.#size >= constantAfter;
    const isRare = (changes + 0.5) / (days + 1) <= of.level;
    const isAffordable = of.lambda <= 1.5 || (changes === 0 && days >= constantAfter * of.lambda);
    const least = minimumEffect(this.#metricScale, this.#value, of.rows);
    const { together } = of;
    const borrowed = (togetherWeight * together.changes) / (together.days + 1);
    const isNews =
      ((changes + borrowed) / (days + togetherWeight)) * together.constants <= newsLevel * of.level;
    const habit = this.#changes.largest(1) * (isNews ? 1.5 : 3) * Math.max(1, of.lambda);
    const strict = (isSteady || isRare) && isAffordable && isNews;
    const loose = habit > 0 && this.#size >= constantAfter ? Math.max(least, habit) : undefined;
    const tolerance = strict ? least : loose;
    return { constant: this.#value, tolerance, allowed: this.#allowed, pastChanges: changes };
  }

  /** In how many partitions of the last 180 it stood still, and how often it changed there. */
  outcomes(): { readonly days: number; readonly changes: number } {
    return { days: this.#outcomes.length, changes: this.#outcomeChanges };
  }

  /** Takes in a value that is to be learned from. */
  absorb(value: number): void {
    const changed = this.#size > 0 && value !== this.#value;
    if (this.isConstant()) this.#remember(changed);
    if (changed) this.#changes.push(Math.abs(value - this.#value));
    this.#run = changed || this.#size === 0 ? 1 : this.#run + 1;
    this.#value = value;
    this.#size += 1;
  }

  /** Notes a change that alarmed and is not learned from: it still tells how often and how far the metric changes. */
  noteDeviation(value: number): void {
    this.#remember(true);
    this.#changes.push(Math.abs(value - this.#value));
  }

  /** Notes a change that people called expected: it may come again without an alarm. */
  expect(value: number): void {
    this.noteDeviation(value);
    this.#changes.push(Math.abs(value - this.#value));
  }

  /** A change as large as this alarmed and was none to alarm about: it never does again. */
  allow(change: number): void {
    this.#allowed = Math.max(this.#allowed, change);
  }

  /** A new level was accepted: what stood still goes on standing still there. */
  rebase(value: number): void {
    if (this.isConstant()) this.#value = value;
  }

  #remember(changed: boolean): void {
    this.#outcomes.push(changed);
    if (changed) this.#outcomeChanges += 1;
    if (this.#outcomes.length <= daysRemembered) return;
    if (this.#outcomes.shift() === true) this.#outcomeChanges -= 1;
  }
}

/** How far outside its tolerance a formerly constant value lies: 1 is the edge. */
export function constantSeverity(of: {
  readonly value: number;
  readonly constant: number;
  readonly lower: number;
  readonly upper: number;
  readonly metricScale: MetricScale;
  readonly rows: number;
}): number {
  const change = Math.abs(of.value - of.constant);
  const tolerance = Math.max(of.upper - of.constant, 0);
  if (of.value >= of.lower && of.value <= of.upper)
    return tolerance === 0 ? 0 : Math.min(1, change / tolerance);
  // The unit of surprise is 5 % of the value; a count that was always 0 is measured by the rows it concerns.
  const share = of.metricScale === 'count' ? 0.01 * of.rows : 0;
  const unit = of.constant === 0 ? share : Math.max(tolerance, 0.05 * Math.abs(of.constant));
  return unit === 0 ? 2 : Math.min(severityMax, 1 + change / unit);
}
