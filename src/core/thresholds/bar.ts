import type { Sensitivity } from '../checks/definition.ts';

/** Partitions of a metric's own history below which nothing is judged, only noticed, and judged with wider bands. */
export const coldStart = { learning: 7, noticing: 14, widened: 28 } as const;

/** A side of a forecast. */
export type Side = 'above' | 'below';

/** What the bar of one side follows from. */
export type SideFactors = {
  /** The quantile at the level that the budget leaves to this side of the metric. */
  readonly quantile: number;
  /** The largest past deviation to this side that nobody called an error. */
  readonly recordZ: number;
};

/** How far one side of a band reaches, in spreads, and why. */
export type SideBar = SideFactors & { readonly bar: number };

/** The factors of both sides, as records keep them. */
export type SharedFactors = {
  readonly lambda: number;
  readonly sensitivity: number;
  readonly coldFactor: number;
};

/** How many spreads a value may lie from its forecast before it alarms. */
export function barOf(of: SideFactors & SharedFactors): number {
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
