import { limits } from '../../../base/limits.ts';
import { bucketTotal } from '../sketches/buckets.ts';
import { compareText } from '../texts/order.ts';
import type { ColumnBaseline } from './column-baseline.ts';
import type { ColumnCounts } from './column-counts.ts';
import { coarsenLine, type Line, rangeLabel } from './line.ts';

/** A part of a column's values: rows of the baseline and of the partition in it. */
export type Bin = { readonly from: number; readonly to: number; readonly label: () => string };

/**
 * Cuts the values of a column into bins by its baseline: null, not-a-number and infinite; then, of values with an order,
 * about 20 bins with equal numbers of the baseline's rows, and of others the 20 most frequent values and the rest.
 * Integers with at most 20 different values are cut by value; texts that hardly repeat by their patterns.
 */
export function binsOf(baseline: ColumnBaseline, counts: ColumnCounts): Bin[] {
  const bins = [
    plainBin('null', baseline.nulls, counts.nulls),
    plainBin('NaN or infinite', baseline.unordered, counts.unordered),
    ...valueBins(baseline, counts),
  ];
  return bins.filter(({ from, to }) => from > 0 || to > 0);
}

function valueBins(baseline: ColumnBaseline, counts: ColumnCounts): Bin[] {
  const { line, values, patterns } = counts;
  const isCounted = baseline.values.isComplete && baseline.values.counts.size <= limits.driftBinsMax;
  if (baseline.line !== undefined && line !== undefined && !(isCounted && values !== undefined)) {
    return lineBins(baseline.line, line);
  }
  if (patterns !== undefined && baseline.patterns.isThere && isDiverse(baseline)) {
    return categoryBins(baseline, counts, { from: baseline.patterns.counts, to: patterns.counts });
  }
  return categoryBins(baseline, counts, { from: baseline.values.counts, to: values?.counts ?? new Map() });
}

/** Whether the most frequent texts say little, as among names or numbers of orders. */
function isDiverse({ values, rows, nulls }: ColumnBaseline): boolean {
  const frequent = mostFrequent(values.counts).reduce((sum, [, count]) => sum + count, 0);
  return frequent < frequentShareMin * (rows - nulls);
}

const frequentShareMin = 0.25;

function mostFrequent(counts: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...counts].sort(([a, x], [b, y]) => y - x || compareText(a, b)).slice(0, limits.driftBinsMax);
}

function plainBin(label: string, from: number, to: number): Bin {
  return { from, to, label: () => label };
}

/**
 * One bin for each of the baseline's most frequent categories, one for each category that is new and takes as many rows of the
 * partition as one of 20 equal bins would, one for all others.
 */
function categoryBins(
  baseline: ColumnBaseline,
  counts: ColumnCounts,
  { from, to }: { readonly from: ReadonlyMap<string, number>; readonly to: ReadonlyMap<string, number> },
): Bin[] {
  const chosen = mostFrequent(from).map(([category]) => category);
  const known = new Set(chosen);
  const bar = Math.max(newCategoryRowsMin, counts.rows / limits.driftBinsMax);
  const risen = [...to].flatMap(([category, count]) =>
    count >= bar && !known.has(category) ? category : [],
  );
  const bins = [...chosen, ...risen.sort(compareText)].map((category) =>
    plainBin(category, from.get(category) ?? 0, to.get(category) ?? 0),
  );
  // Estimates of patterns may add up to more than all rows.
  const rest = (rows: number, side: 'from' | 'to'): number =>
    Math.max(
      0,
      bins.reduce((left, bin) => left - bin[side], rows),
    );
  const others = plainBin(
    'others',
    rest(baseline.rows - baseline.nulls, 'from'),
    rest(counts.rows - counts.nulls, 'to'),
  );
  return [...bins, others];
}

/** Rows below which a new category says nothing. */
const newCategoryRowsMin = 5;

/**
 * Ranges of buckets with about equal shares of the baseline. A bucket that alone holds such a share, such as that of 0, is
 * a bin of its own. The ranges leave no gaps, so that every value of the partition falls into one.
 */
function lineBins(baselineLine: Line, countsLine: Line): Bin[] {
  const collapses = Math.max(baselineLine.collapses, countsLine.collapses);
  const baseline = coarsenLine(baselineLine, collapses);
  const { indices, counts } = coarsenLine(countsLine, collapses).buckets;
  let place = 0;
  return rangesOf(baseline).map(({ low, high, rows }) => {
    let to = 0;
    while (place < indices.length && (indices[place] ?? 0) <= high) to += counts[place++] ?? 0;
    return { from: rows, to, label: () => rangeLabel(baseline, low, high) };
  });
}

type Range = { readonly low: number; readonly high: number; readonly rows: number };

/** The ranges in order, from −∞ to ∞. */
function rangesOf({ buckets }: Line): Range[] {
  const share = bucketTotal(buckets) / limits.driftBinsMax;
  const ranges: Range[] = [];
  let low = Number.NEGATIVE_INFINITY;
  let rows = 0;
  const close = (high: number): void => {
    if (high >= low) ranges.push({ low, high, rows });
    low = high + 1;
    rows = 0;
  };
  for (let at = 0; at < buckets.indices.length; at++) {
    const [index, count] = [buckets.indices[at] ?? 0, buckets.counts[at] ?? 0];
    if (count >= share) {
      close(index - 1);
      rows = count;
      close(index);
    } else {
      rows += count;
      if (rows >= share) close(index);
    }
  }
  close(Number.POSITIVE_INFINITY);
  return ranges;
}
