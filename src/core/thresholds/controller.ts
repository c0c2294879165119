import type { MetricFamily } from './metric-family.ts';

/**
 * Holds the alert budget of a dataset over all its metrics together. Each family of metrics has a factor on its bars: an
 * incident widens the bands of the family that caused it, each quiet partition narrows all by a little, in proportion to
 * the family's share of the metrics, so that in the long run the rate of all incidents together is the budget's, whatever
 * the data do. One factor for all would let a few wild maxima blind the row count. Source: Gibbs and Candès, "Adaptive
 * conformal inference", NeurIPS 2021, taken on the logarithm of the factor.
 */
export class BudgetController {
  readonly #alertsPerMonth: number;
  readonly #lambdas = new Map<MetricFamily, number>();

  constructor(alertsPerMonth: number) {
    this.#alertsPerMonth = alertsPerMonth;
  }

  /** The factor on the bars of a family. */
  lambda(family: MetricFamily): number {
    return this.#lambdas.get(family) ?? 1;
  }

  /** The shares of the budget for one partition: forecasts get 70 %, constants 30 %. */
  levels(partitionsPerMonth: number): BudgetLevels {
    const level = Math.min(1, this.#alertsPerMonth / partitionsPerMonth);
    return { forecast: 0.7 * level, constant: 0.3 * level };
  }

  /**
   * After each judged partition: which family opened an incident that nobody confirmed as real, if any did, and how many
   * metrics of each family were judged.
   */
  step(of: {
    readonly opened: MetricFamily | undefined;
    readonly judged: ReadonlyMap<MetricFamily, number>;
    readonly level: number;
  }): void {
    let all = 0;
    for (const count of of.judged.values()) all += count;
    for (const [family, count] of of.judged) {
      const own = ownStep * ((family === of.opened ? 1 : 0) - (of.level * count) / all);
      const shared = sharedStep * ((of.opened === undefined ? 0 : 1) - of.level);
      const moved = this.lambda(family) * Math.exp(own + shared);
      this.#lambdas.set(family, Math.min(lambdaMax, Math.max(lambdaMin, moved)));
    }
  }
}

/** Probabilities of a false alarm in one partition, over all metrics of a kind. */
export type BudgetLevels = { readonly forecast: number; readonly constant: number };

/** What groups of rows get of it, however many they are: they must not blind the metrics of all rows. */
export const segmentShare = 0.3;

const ownStep = 0.2;
const sharedStep = 0.06;
const lambdaMin = 0.8;
const lambdaMax = 3;
