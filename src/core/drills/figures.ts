/** How a number of measurements are spread; all 0 without any. */
export type Spread = {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
};

/** Quantiles by the nearest rank (the first definition of Hyndman and Fan, 1996): each is one of the measurements. */
export function spreadOf(measurements: readonly number[]): Spread {
  const sorted = measurements.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** How many of `times` (ms) fall into each of the intervals of `bucketMs` from `from` on, up to the one that holds `to`. */
export function countByBucket(
  times: readonly number[],
  { from, to, bucketMs }: { readonly from: number; readonly to: number; readonly bucketMs: number },
): number[] {
  const counts = Array.from({ length: Math.floor(Math.max(0, to - from) / bucketMs) + 1 }, () => 0);
  for (const time of times) {
    const bucket = Math.floor((time - from) / bucketMs);
    if (bucket >= 0 && bucket < counts.length) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** The mean of each bucket and those around it, `width` (odd) in all; at the ends, of those that there are. */
export function movingMean(counts: readonly number[], width: number): number[] {
  const sums = [0];
  for (const count of counts) sums.push((sums.at(-1) ?? 0) + count);
  const half = Math.floor(width / 2);
  return counts.map((_, at) => {
    const [from, to] = [Math.max(0, at - half), Math.min(counts.length, at + half + 1)];
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  });
}
