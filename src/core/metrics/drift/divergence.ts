import type { Bin } from './bins.ts';

/** Only the counts matter; bins that are empty on both sides must be left out. */
type Counts = readonly Pick<Bin, 'from' | 'to'>[];

/**
 * The Jensen–Shannon distance with logarithms of base 2: 0 where both distributions are the same, 1 where they have
 * nothing in common. The square root of the divergence, a metric (Endres and Schindelin, 2003).
 */
export function jensenShannonDistance(bins: Counts): number {
  const { from: fromRows, to: toRows } = totalsOf(bins);
  let divergence = 0;
  for (const { from, to } of bins) {
    const [p, q] = [from / fromRows, to / toRows];
    const middle = (p + q) / 2;
    if (p > 0) divergence += (p * Math.log2(p / middle)) / 2;
    if (q > 0) divergence += (q * Math.log2(q / middle)) / 2;
  }
  // Rounding may lead just outside.
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

/**
 * The population stability index Σ (q − p) ln(q/p). Half a row is added to every bin of both sides, so that a bin that is
 * empty on one side has a finite part in it (the prior of Jeffreys).
 */
export function populationStabilityIndex(bins: Counts): number {
  const { from: fromRows, to: toRows } = totalsOf(bins);
  let index = 0;
  for (const { from, to } of bins) {
    const p = (from + 0.5) / (fromRows + 0.5 * bins.length);
    const q = (to + 0.5) / (toRows + 0.5 * bins.length);
    index += (q - p) * Math.log(q / p);
  }
  return index;
}

function totalsOf(bins: Counts): { from: number; to: number } {
  return bins.reduce((sum, { from, to }) => ({ from: sum.from + from, to: sum.to + to }), { from: 0, to: 0 });
}
