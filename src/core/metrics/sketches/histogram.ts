import { limits } from '../../../base/limits.ts';
import type { ColumnDetail } from '../family.ts';

/** Rows that lie in a range, such as a sketch's bucket: `from` ≤ value ≤ `to`. */
export type Range = { readonly from: number; readonly to: number; readonly count: number };

/**
 * The detail `histogram`: rows by at most 40 equal bins between `least` and `most`, all ranges below in the first and all
 * above in the last. A range that lies over the border of two bins is counted where its middle lies; the stated error is the
 * most that a bin can have too much for it. Empty bins are left out. `label` says a bin's bounds for people.
 */
export function histogramDetail(
  ranges: readonly Range[],
  bounds: { readonly least: number; readonly most: number },
  label: (from: number, to: number) => string,
): ColumnDetail {
  const { least, most } = bounds;
  const width = (most - least) / limits.histogramBinsMax;
  const bins = new Map<number, { count: number; doubtful: number }>();
  for (const { from, to, count } of ranges) {
    const bin = binOf((from + to) / 2, least, width);
    const isDoubtful = binOf(from, least, width) !== binOf(to, least, width);
    const known = bins.get(bin) ?? { count: 0, doubtful: 0 };
    bins.set(bin, { count: known.count + count, doubtful: known.doubtful + (isDoubtful ? count : 0) });
  }
  const sorted = [...bins].sort(([a], [b]) => a - b);
  const values = sorted.map(([bin, { count }]) => {
    return { value: label(least + bin * width, least + (bin + 1) * width), count };
  });
  const countError = sorted.reduce((error, [, { doubtful }]) => Math.max(error, doubtful), 0);
  return { metric: 'histogram', values, countError };
}

function binOf(value: number, least: number, width: number): number {
  if (!(width > 0)) return 0;
  return Math.min(limits.histogramBinsMax - 1, Math.max(0, Math.floor((value - least) / width)));
}
