import { addTails, noTail, type TailSums } from './tail.ts';

/** The tails of kindred metrics together. */
export type PooledTail = {
  readonly sum: TailSums;
  /** How many deviations of a single metric it is worth as much as: few when the metrics differ, none when there is one. */
  readonly credibility: number;
};

const millionths = 1e-6;

/**
 * Pools tails. What they say of one of them is measured by how much they differ: with F the variance between the
 * metrics' mean log excess over that within them, F = 1 when they are all alike. Source: Bühlmann and Straub's
 * credibility (1970), for metrics that were seen about equally often.
 */
export function pooled(tails: readonly TailSums[]): PooledTail {
  const seen = tails.filter((tail) => tail.seen > 0);
  const sum = seen.reduce(addTails, noTail);
  const count = seen.length;
  if (count < 2) return { sum, credibility: 0 };
  const squaredMeans = seen.reduce((total, tail) => total + Math.round(weightedSquare(tail)), 0);
  const within = (sum.squares - squaredMeans) / (sum.seen - count);
  const between = (squaredMeans - weightedSquare(sum)) / (count - 1);
  const excess = within > 0 ? between / within - 1 : 0;
  return { sum, credibility: excess > 0 ? sum.seen / count / excess : Number.POSITIVE_INFINITY };
}

function weightedSquare({ logs, seen }: TailSums): number {
  return (logs / seen) * logs * millionths;
}
