import { day, minute } from '../../../base/units.ts';
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
import { histogramDetail } from '../sketches/histogram.ts';
import { textOfTime, timestampText } from '../texts/calendar-text.ts';
import { percentileName, standardPercentiles } from './quantiles.ts';

/**
 * Finite dates and times by equal buckets: bucket `i` holds [i, i + 1) × width, width = step × 2^collapses. `stepMs` is
 * a day for dates, a minute for the others, 0 when there are no values.
 */
export type TimeQuantiles = {
  readonly stepMs: number;
  readonly collapses: number;
  readonly buckets: Buckets;
  readonly min: number;
  readonly max: number;
};

/** Buckets beyond which neighbours are joined in pairs: 1,024 of one hour are 42 days. */
const timeBucketsMax = 1_024;

/**
 * `p25` … `p99` of dates, timestamps and times of day, in milliseconds: the value of rank ⌊q·(n − 1)⌋ within half a
 * bucket. A bucket is one minute (one day for dates) as long as 1,024 suffice, then two, four and so on. Buckets are
 * equal, because one percent of the time since 1970 would be months.
 */
export const timeQuantilesFamily: StateFamily<TimeQuantiles> = {
  key: 'time_quantiles',
  version: 1,
  applies: (kind) => kind === 'date' || kind === 'timestamp' || kind === 'time',
  empty: () => ({
    stepMs: 0,
    collapses: 0,
    buckets: noBuckets,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
  }),
  merge: (a, b) => {
    const collapses = Math.max(a.collapses, b.collapses);
    return settleTimeQuantiles({
      stepMs: Math.max(a.stepMs, b.stepMs),
      collapses,
      buckets: mergeBuckets(collapseTo(a, collapses).buckets, collapseTo(b, collapses).buckets),
      min: Math.min(a.min, b.min),
      max: Math.max(a.max, b.max),
    });
  },
  fromFrequencies,
  metrics: (state, column) => standardPercentiles.map((q) => percentileOfTimes(state, q, column)),
  details: (state) => (state.min > state.max ? [] : [histogram(state)]),
  encode,
  decode: (_version, input) => decode(input),
};

/** One percentile, `q` from 0 to 1, in milliseconds, with its text. */
export function percentileOfTimes(
  state: TimeQuantiles,
  q: number,
  { type }: Pick<ColumnContext, 'type'>,
): ColumnMetric {
  const rows = bucketTotal(state.buckets);
  const metric = { metric: percentileName(q), scale: 'number', rows } as const;
  const index = bucketAtRank(state.buckets, Math.floor(q * (rows - 1)));
  if (index === undefined) return { ...metric, value: undefined };
  const width = 2 ** state.collapses;
  // Days are whole: the middle of one day is the day itself, of two the first.
  const offset = state.stepMs === day ? Math.floor((width - 1) / 2) : width / 2;
  const middle = (index * width + offset) * state.stepMs;
  const value = Math.min(Math.max(middle, state.min), state.max);
  const error = state.min === state.max ? 0 : Math.max(offset, width - 1 - offset) * state.stepMs;
  const known = { ...metric, value, exact: textOfTime(type, value) };
  return error === 0 ? known : { ...known, absoluteError: error };
}

/** Of all finite times. A bin is named by its start, to the minute. */
function histogram(state: TimeQuantiles): ColumnDetail {
  const width = state.stepMs * 2 ** state.collapses;
  // A day is a point, not a range.
  const last = state.stepMs === day ? width - day : width;
  const { indices, counts } = state.buckets;
  const ranges = Array.from(indices, (index, at) => ({
    from: Math.max(index * width, state.min),
    to: Math.min(index * width + last, state.max),
    count: counts[at] ?? 0,
  }));
  const label = (from: number): string =>
    timestampText(BigInt(Math.floor(from / minute)) * microsecondsPerMinute);
  return histogramDetail(ranges, { least: state.min, most: state.max }, (from) => label(from));
}

const microsecondsPerMinute = 60_000_000n;

/** Joins neighbours until there are few enough buckets. */
export function settleTimeQuantiles(state: TimeQuantiles): TimeQuantiles {
  let settled = state;
  while (settled.buckets.indices.length > timeBucketsMax)
    settled = collapseTo(settled, settled.collapses + 1);
  return settled;
}

function collapseTo(state: TimeQuantiles, collapses: number): TimeQuantiles {
  const factor = 2 ** (collapses - state.collapses);
  if (factor === 1) return state;
  const buckets = coarsenBuckets(state.buckets, (index) => Math.floor(index / factor));
  return { ...state, collapses, buckets };
}

function fromFrequencies({ counts, values }: Frequencies): TimeQuantiles {
  if (values.kind !== 'time') return timeQuantilesFamily.empty();
  const stepMs = values.unit === 'day' ? day : minute;
  const indices = values.numbers.map((ms) => (Number.isFinite(ms) ? Math.floor(ms / stepMs) : Number.NaN));
  const buckets = collectBuckets(indices, counts);
  if (buckets.indices.length === 0) return timeQuantilesFamily.empty();
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const ms of values.numbers) {
    if (!Number.isFinite(ms)) continue;
    min = Math.min(min, ms);
    max = Math.max(max, ms);
  }
  return settleTimeQuantiles({ stepMs, collapses: 0, buckets, min, max });
}

function encode(state: TimeQuantiles, out: ByteWriter): void {
  out.unsigned(state.stepMs);
  out.byte(state.collapses);
  out.double(state.min);
  out.double(state.max);
  writeBuckets(out, state.buckets);
}

function decode(input: ByteReader): TimeQuantiles {
  const [stepMs, collapses] = [input.unsigned(), input.byte()];
  readable(stepMs === 0 || stepMs === day || stepMs === minute, 'a bucket is of no known width');
  readable(collapses <= collapsesMax, 'a sketch is collapsed too often');
  const [min, max] = [input.double(), input.double()];
  return { stepMs, collapses, min, max, buckets: readBuckets(input, timeBucketsMax) };
}

/** 2^42 minutes are longer than the calendar of the data. */
const collapsesMax = 42;
