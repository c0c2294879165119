import type { Direction } from '../checks/definition.ts';
import type { Side } from './bar.ts';
import type { PooledTail } from './pooled-tail.ts';
import { addTails, noTail, type TailSums, tailQuantile, weighingAtMost } from './tail.ts';

/** A budget is no duty: with few metrics it is shared as if there were ten, rather than spent on small deviations. */
const metricsMin = 10;

/** Deviations that a metric's own tail and its family's count for at most. */
const ownMax = 400;
const kinMax = 400;
/** What a metric is thought to be before anything is known: a little heavier than normal noise, as Student's t with 10 degrees. */
const prior: TailSums = { seen: 100, beyond: 5, logs: 1_300_000, squares: 565_000 };
/** No tail is so thin that deviations as small as this one alarm. */
const quantileMin = 2.2;

/** The tails of kindred metrics (`metricKin`), above and below their forecasts. */
export type KinTails = ReadonlyMap<string, Readonly<Record<Side, PooledTail>>>;

/** Which side of which metric is asked about. */
export type QuantileAt = {
  readonly kin: string;
  readonly side: Side;
  readonly direction: Direction;
  /** Whether it can only be so large: a share of all rows, a distance between distributions. */
  readonly isBounded: boolean;
  /** How many ordinary metrics' part of the level it has. */
  readonly weight: number;
};

/**
 * The bars' quantiles for one partition of a dataset: the level is shared by all metrics that are judged. The shape of the
 * tail is learned from the metric's own deviations and, as far as they are alike, from those of its family.
 */
export class BarQuantiles {
  readonly #perMetric: number;
  readonly #kin: KinTails;

  /** `level`: the probability of a false alarm that the whole partition may have; `weights`: of all metrics together. */
  constructor(level: number, weights: number, kin: KinTails) {
    this.#perMetric = Math.max(1e-12, level / Math.max(metricsMin, weights));
    this.#kin = kin;
  }

  /** The deviation to one side that a metric may exceed as seldom as its share of the level says. */
  of(own: TailSums, at: QuantileAt): number {
    const pool = this.#kin.get(at.kin)?.[at.side];
    const kin = pool === undefined ? noTail : weighingAtMost(Math.min(kinMax, pool.credibility), pool.sum);
    const tail = addTails(weighingAtMost(ownMax, own), addTails(kin, prior));
    const right = Math.min(0.5, this.#perMetric * at.weight);
    const probability = at.direction === 'both' ? right / 2 : right;
    return Math.max(quantileMin, tailQuantile(tail, probability, at.isBounded));
  }
}
