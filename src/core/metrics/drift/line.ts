import { hour, minute } from '../../../base/units.ts';
import { logGamma, type Quantiles } from '../families/quantiles.ts';
import type { TimeQuantiles } from '../families/time-quantiles.ts';
import { type Buckets, coarsenBuckets, mergeBuckets } from '../sketches/buckets.ts';

/**
 * Values counted by buckets in their order, whole numbers that rise with the value. Joining neighbours in pairs
 * `collapses` times makes a line comparable with coarser ones. Lines of one column have the same `axis`.
 */
export type Line = { readonly axis: Axis; readonly collapses: number; readonly buckets: Buckets };

/** What the buckets of a line stand for. `moving`: time since the partition's start; `clock`: time of day. */
export type Axis =
  | { readonly kind: 'number' }
  | { readonly kind: 'moving'; readonly stepMs: number }
  | { readonly kind: 'clock'; readonly stepMs: number };

/**
 * Finite numbers: the logarithmic buckets of the sketch, those of negative numbers mirrored below 0. Bucket `i` of a
 * positive magnitude gets the number `i + zeroGap`, so that all are above that of 0.
 */
export function numberLine({ collapses, negative, zeros, positive }: Quantiles): Line {
  const gap = zeroGap / 2 ** collapses;
  const below = negative.indices.length;
  const atZero = zeros > 0 ? 1 : 0;
  const indices = new Float64Array(below + atZero + positive.indices.length);
  const counts = new Float64Array(indices.length);
  for (let at = 0; at < below; at++) {
    indices[below - 1 - at] = -((negative.indices[at] ?? 0) + gap);
    counts[below - 1 - at] = negative.counts[at] ?? 0;
  }
  if (zeros > 0) counts[below] = zeros;
  for (let at = 0; at < positive.indices.length; at++) {
    indices[below + atZero + at] = (positive.indices[at] ?? 0) + gap;
    counts[below + atZero + at] = positive.counts[at] ?? 0;
  }
  return { axis: { kind: 'number' }, collapses, buckets: { indices, counts } };
}

/** A power of two beyond the bucket of the smallest double, which is about −37,000; it stays whole after 17 collapses. */
const zeroGap = 131_072;

/**
 * Dates and timestamps as time since the start of the partition, so that what moves with the partition does not drift.
 * The start is rounded down to the line's step: a date within an hourly partition is 0 days away from it.
 */
export function movingLine(
  { collapses, buckets }: TimeQuantiles,
  { startMs, stepMs }: { readonly startMs: number; readonly stepMs: number },
): Line {
  const width = 2 ** collapses;
  const start = Math.floor(startMs / stepMs);
  const moved = coarsenBuckets(buckets, (index) => Math.floor((index * width - start) / width));
  return { axis: { kind: 'moving', stepMs }, collapses, buckets: moved };
}

/** Times of day as they are. */
export function clockLine({ collapses, buckets }: TimeQuantiles): Line {
  return { axis: { kind: 'clock', stepMs: minute }, collapses, buckets };
}

/** The line with buckets as wide as those of `collapses`, which must not be finer than its own. */
export function coarsenLine(line: Line, collapses: number): Line {
  const factor = 2 ** (collapses - line.collapses);
  if (factor === 1) return line;
  // A logarithmic bucket is closed above (below, for negative numbers), one of time is closed at its start.
  const target =
    line.axis.kind === 'number'
      ? (index: number) => Math.sign(index) * Math.ceil(Math.abs(index) / factor)
      : (index: number) => Math.floor(index / factor);
  return { ...line, collapses, buckets: coarsenBuckets(line.buckets, target) };
}

/** Both together, as coarse as the coarser one. */
export function addLines(a: Line, b: Line): Line {
  const collapses = Math.max(a.collapses, b.collapses);
  const [x, y] = [coarsenLine(a, collapses), coarsenLine(b, collapses)];
  return { axis: a.axis, collapses, buckets: mergeBuckets(x.buckets, y.buckets) };
}

/** What is left of a sum when one of its summands, no coarser than the sum, is taken out: exact, because counts are whole. */
export function subtractLine(sum: Line, summand: Line): Line {
  const left = sum.buckets;
  const right = coarsenLine(summand, sum.collapses).buckets;
  const indices = new Float64Array(left.indices.length);
  const counts = new Float64Array(left.indices.length);
  let [length, place] = [0, 0];
  for (let at = 0; at < left.indices.length; at++) {
    const index = left.indices[at] ?? 0;
    const taken = right.indices[place] === index ? (right.counts[place++] ?? 0) : 0;
    const count = (left.counts[at] ?? 0) - taken;
    if (count === 0) continue;
    indices[length] = index;
    counts[length++] = count;
  }
  return { ...sum, buckets: { indices: indices.slice(0, length), counts: counts.slice(0, length) } };
}

/** The values that buckets from `low` to `high` hold, for people: `0`, `12.3 to 18.9`, `05:10 to 05:20`, `3 h to 5 h`. */
export function rangeLabel({ axis, collapses }: Line, low: number, high: number): string {
  const [from, to] = [edgesOf(axis, collapses, low)[0], edgesOf(axis, collapses, high)[1]];
  const write = writers[axis.kind];
  if (!Number.isFinite(from)) return Number.isFinite(to) ? `up to ${write(to)}` : 'all';
  if (!Number.isFinite(to)) return `above ${write(from)}`;
  const only = low === high ? onlyValue(axis, collapses, low) : undefined;
  return only === undefined ? `${write(from)} to ${write(to)}` : write(only);
}

/** The values at which a bucket begins and ends. */
function edgesOf(axis: Axis, collapses: number, index: number): readonly [number, number] {
  if (!Number.isFinite(index)) return [index, index];
  const width = 2 ** collapses;
  if (axis.kind !== 'number') return [index * width * axis.stepMs, (index + 1) * width * axis.stepMs];
  if (index === 0) return [0, 0];
  const bucket = Math.abs(index) - zeroGap / width;
  const magnitudes = [bucket - 1, bucket].map((edge) => Math.exp(edge * logGamma * width));
  const [near = 0, far = 0] = magnitudes;
  return index > 0 ? [near, far] : [-far, -near];
}

/** The value of a bucket that is narrow enough to be called one value. */
function onlyValue(axis: Axis, collapses: number, index: number): number | undefined {
  const [from, to] = edgesOf(axis, collapses, index);
  if (axis.kind !== 'number') return undefined;
  if (index === 0) return 0;
  const whole = from < 0 ? Math.ceil(from) : Math.floor(to);
  if (Math.abs(whole) < 50 && whole >= from && whole <= to) return whole;
  return collapses === 0 ? (from + to) / 2 : undefined;
}

const writers = {
  number: (value: number) => String(Number(value.toPrecision(3))),
  moving: (ms: number) => `${Math.round((ms / hour) * 10) / 10} h`,
  clock: (ms: number) => {
    const minutes = Math.round(ms / minute);
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  },
} as const satisfies Record<Axis['kind'], (value: number) => string>;
