import { limits } from '../../../base/limits.ts';
import type { ByteReader } from '../codec/byte-reader.ts';
import { readable } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import type { ColumnContext, ColumnDetail, ColumnMetric, StateFamily } from '../family.ts';
import type { Frequencies } from '../frequencies.ts';
import {
  type Buckets,
  bucketAtRank,
  bucketTotal,
  coarsenBuckets,
  collectBuckets,
  mergeBuckets,
  noBuckets,
  readBuckets,
  writeBuckets,
} from '../sketches/buckets.ts';
import { histogramDetail, type Range } from '../sketches/histogram.ts';

/**
 * Finite numbers by logarithmic buckets: bucket `i` holds the magnitudes in (g^(i−1), g^i] with g = γ^(2^collapses).
 * `min` and `max` are ±∞ when there are no numbers.
 */
export type Quantiles = {
  readonly collapses: number;
  readonly negative: Buckets;
  readonly zeros: number;
  readonly positive: Buckets;
  readonly min: number;
  readonly max: number;
};

/** ln γ with γ = 1.01/0.99: a bucket's middle is within 1 % of everything in it. */
export const logGamma = Math.log(1.01 / 0.99);

/** Buckets beyond which neighbours are joined in pairs, which doubles the error. */
export const logBucketsMax = 2_048;

/** The percentiles that every number, date and time column has. */
export const standardPercentiles = [0.25, 0.5, 0.75, 0.95, 0.99] as const;

/**
 * `p25` … `p99` of finite numbers: the value of rank ⌊q·(n − 1)⌋ within 1 %; integers below 50 exactly. Magnitudes that spread
 * over more than 2,048 buckets (a factor of about 10^17) double the error, which the metric states.
 * Source: Masson, Rim, Lee, "DDSketch" (2019); joining in pairs as in Epicoco et al., "UDDSketch" (2020), so that the
 * result depends on the set of values alone, not on the order of merging.
 */
export const quantilesFamily: StateFamily<Quantiles> = {
  key: 'quantiles',
  version: 1,
  applies: (kind) => kind === 'integer' || kind === 'decimal' || kind === 'float',
  empty: () => ({
    collapses: 0,
    negative: noBuckets,
    zeros: 0,
    positive: noBuckets,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  }),
  merge: (a, b) => {
    const collapses = Math.max(a.collapses, b.collapses);
    const [x, y] = [collapseTo(a, collapses), collapseTo(b, collapses)];
    return settleQuantiles({
      collapses,
      negative: mergeBuckets(x.negative, y.negative),
      zeros: a.zeros + b.zeros,
      positive: mergeBuckets(x.positive, y.positive),
      min: Math.min(a.min, b.min),
      max: Math.max(a.max, b.max),
    });
  },
  fromFrequencies,
  metrics: (state, column) => standardPercentiles.map((q) => percentileOfNumbers(state, q, column)),
  details: (state) => (state.min > state.max ? [] : [histogram(state)]),
  encode,
  decode: (_version, input) => decode(input),
};

/** One percentile, `q` from 0 to 1. */
export function percentileOfNumbers(state: Quantiles, q: number, { type }: ColumnContext): ColumnMetric {
  const rows = bucketTotal(state.negative) + state.zeros + bucketTotal(state.positive);
  const metric = { metric: percentileName(q), scale: 'number', rows } as const;
  if (rows === 0) return { ...metric, value: undefined };
  const step = logGamma * 2 ** state.collapses;
  const found = signedBucketAtRank(state, Math.floor(q * (rows - 1)));
  if (found.sign === 0) return { ...metric, value: 0 };
  const upper = Math.exp(found.index * step);
  const whole = type.kind === 'integer' ? onlyInteger(upper, Math.exp((found.index - 1) * step)) : undefined;
  if (whole !== undefined) return { ...metric, value: found.sign * whole };
  const middle = found.sign * ((2 * upper) / (Math.exp(step) + 1));
  const value = Math.min(Math.max(middle, state.min), state.max);
  return state.min === state.max
    ? { ...metric, value }
    : { ...metric, value, relativeError: relativeError(step) };
}

/**
 * Bins lie between the 1st and the 99th percentile, so that a single huge value does not put all others into one; the
 * first and the last bin hold what lies beyond.
 */
function histogram(state: Quantiles): ColumnDetail {
  const step = logGamma * 2 ** state.collapses;
  const within = (number: number): number => Math.min(Math.max(number, state.min), state.max);
  const ranges: Range[] = [];
  const add = ({ indices, counts }: Buckets, sign: 1 | -1): void => {
    indices.forEach((index, at) => {
      const ends = [sign * Math.exp((index - 1) * step), sign * Math.exp(index * step)].map(within);
      ranges.push({ from: Math.min(...ends), to: Math.max(...ends), count: counts[at] ?? 0 });
    });
  };
  add(state.negative, -1);
  if (state.zeros > 0) ranges.push({ from: 0, to: 0, count: state.zeros });
  add(state.positive, 1);
  const number = { type: { kind: 'float', native: 'DOUBLE' }, rows: 0 } as const;
  const [least = 0, most = 0] = [0.01, 0.99].map((q) => percentileOfNumbers(state, q, number).value);
  const figure = figuresFor(least, most);
  return histogramDetail(ranges, { least, most }, (from, to) => `${figure(from)} … ${figure(to)}`);
}

/** Writes bounds with as many digits as tell two bins apart. */
function figuresFor(least: number, most: number): (number: number) => string {
  const largest = Math.max(Math.abs(least), Math.abs(most));
  const digits = Math.ceil(Math.log10((largest * limits.histogramBinsMax) / (most - least))) + 2;
  const precision = Number.isFinite(digits) ? Math.min(Math.max(digits, 3), 15) : 15;
  return (number) => String(Number(number.toPrecision(precision)));
}

/** `p95` for 0.95, `p99.9` for 0.999. */
export function percentileName(q: number): string {
  return `p${Number((q * 100).toPrecision(6))}`;
}

/** Joins neighbours until there are few enough buckets. Parts of a column are merged only when settled. */
export function settleQuantiles(state: Quantiles): Quantiles {
  let settled = state;
  while (settled.negative.indices.length + settled.positive.indices.length > logBucketsMax) {
    settled = collapseTo(settled, settled.collapses + 1);
  }
  return settled;
}

/** The bucket of a magnitude above 0, before any collapse. */
function logBucket(magnitude: number): number {
  return Math.ceil(Math.log(magnitude) / logGamma) + 0;
}

function collapseTo(state: Quantiles, collapses: number): Quantiles {
  const factor = 2 ** (collapses - state.collapses);
  if (factor === 1) return state;
  const target = (index: number): number => Math.ceil(index / factor) + 0;
  return {
    ...state,
    collapses,
    negative: coarsenBuckets(state.negative, target),
    positive: coarsenBuckets(state.positive, target),
  };
}

function fromFrequencies({ counts, values }: Frequencies): Quantiles {
  if (values.kind !== 'whole' && values.kind !== 'float') return quantilesFamily.empty();
  const { numbers } = values;
  const bucketsOf = (sign: number): Buckets =>
    collectBuckets(
      numbers.map((number) =>
        number * sign > 0 && Number.isFinite(number) ? logBucket(number * sign) : Number.NaN,
      ),
      counts,
    );
  let [zeros, min, max] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  numbers.forEach((number, at) => {
    if (!Number.isFinite(number)) return;
    if (number === 0) zeros += counts[at] ?? 0;
    min = Math.min(min, number + 0);
    max = Math.max(max, number + 0);
  });
  return settleQuantiles({ collapses: 0, negative: bucketsOf(-1), zeros, positive: bucketsOf(1), min, max });
}

function signedBucketAtRank(state: Quantiles, rank: number): { sign: -1 | 0 | 1; index: number } {
  const negatives = bucketTotal(state.negative);
  if (rank < negatives) {
    // The lowest value has the largest magnitude, so the rank counts from the other end.
    return { sign: -1, index: bucketAtRank(state.negative, negatives - 1 - rank) ?? 0 };
  }
  const index = bucketAtRank(state.positive, rank - negatives - state.zeros);
  return rank < negatives + state.zeros ? { sign: 0, index: 0 } : { sign: 1, index: index ?? 0 };
}

/** The integer in (lower, upper] when there is exactly one. */
function onlyInteger(upper: number, lower: number): number | undefined {
  return Math.floor(upper) - Math.floor(lower) === 1 ? Math.floor(upper) : undefined;
}

function relativeError(step: number): number {
  return Math.tanh(step / 2);
}

function encode(state: Quantiles, out: ByteWriter): void {
  out.byte(state.collapses);
  out.unsigned(state.zeros);
  out.double(state.min);
  out.double(state.max);
  writeBuckets(out, state.negative);
  writeBuckets(out, state.positive);
}

function decode(input: ByteReader): Quantiles {
  const collapses = input.byte();
  readable(collapses <= collapsesMax, 'a sketch is collapsed too often');
  const [zeros, min, max] = [input.unsigned(), input.double(), input.double()];
  const negative = readBuckets(input, logBucketsMax);
  const positive = readBuckets(input, logBucketsMax);
  return { collapses, zeros, min, max, negative, positive };
}

/** All doubles of both signs fit into 2,048 buckets after 7. */
const collapsesMax = 16;
