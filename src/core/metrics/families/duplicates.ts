import { limits } from '../../../base/limits.ts';
import { readable } from '../codec/byte-reader.ts';
import {
  type ColumnMetric,
  type ColumnStates,
  countMetric,
  percentMetric,
  type StateFamily,
  stateOf,
} from '../family.ts';
import { hashAlgorithm } from '../sketches/hash.ts';
import { distinctRelativeError, estimateDistinct } from '../sketches/hyper-log-log.ts';
import {
  mergeSamples,
  noValues,
  readSample,
  sampleValues,
  type ValueSample,
  writeSample,
} from '../sketches/value-sample.ts';
import { distinctFamily } from './distinct.ts';

/** Rows that are not null, and a sample of their different values. */
export type Duplicates = { readonly rows: number; readonly sample: ValueSample };

/**
 * `duplicate_count`: rows that are not null minus their different values, the surplus rows; `duplicate_percent`: of the rows
 * that are not null. Exact as long as all different values are known, by the sample (1,024) or by `distinct_count` (4,096).
 * Then rows ÷ (rows per sampled value) estimates the different values, which is right to the row for a column that is
 * unique, and is kept within the error of `distinct_count`, whatever the sample missed.
 */
export const duplicatesFamily: StateFamily<Duplicates> = {
  key: 'duplicates',
  version: 1,
  applies: () => true,
  empty: () => ({ rows: 0, sample: noValues }),
  merge: (a, b) => ({ rows: a.rows + b.rows, sample: mergeSamples(a.sample, b.sample) }),
  fromFrequencies: ({ counts, hashes }) => ({
    rows: counts.reduce((sum, count) => sum + count, 0),
    sample: sampleValues(hashes, counts),
  }),
  metrics: (state, { states }) => metricsOf(state, states),
  encode: ({ rows, sample }, out) => {
    out.text(hashAlgorithm);
    out.unsigned(rows);
    writeSample(out, sample);
  },
  decode: (_version, input) => {
    const algorithm = input.text();
    readable(algorithm === hashAlgorithm, `hashes were made by ${algorithm}`);
    return { rows: input.unsigned(), sample: readSample(input) };
  },
};

function metricsOf({ rows, sample }: Duplicates, states: ColumnStates | undefined): readonly ColumnMetric[] {
  const distinct = distinctBounds(sample, states);
  const least = Math.max(0, rows - distinct.most);
  const most = Math.max(least, rows - distinct.least);
  const count = Math.min(Math.max(Math.round(surplusPerRow(sample) * rows), least), most);
  const metrics = [
    countMetric('duplicate_count', count),
    percentMetric('duplicate_percent', count, rows),
  ] as const;
  if (least === most) return metrics;
  const error = Math.max(count - least, most - count);
  return [
    { ...metrics[0], rows, absoluteError: error },
    { ...metrics[1], rows, absoluteError: (100 * error) / rows },
  ];
}

/** The least and the greatest number of different values that there can be. */
function distinctBounds(
  sample: ValueSample,
  states: ColumnStates | undefined,
): { least: number; most: number } {
  if (sample.level === 0) return { least: sample.hashes.length, most: sample.hashes.length };
  const distinct = states === undefined ? undefined : stateOf(states, distinctFamily);
  if (distinct?.kind === 'exact') return { least: distinct.hashes.length, most: distinct.hashes.length };
  const sampled = sample.hashes.length * 2 ** sample.level;
  const estimate = distinct === undefined ? sampled : estimateDistinct(distinct.registers);
  const relative = distinct === undefined ? sampleRelativeError(sample) : distinctRelativeError;
  // An estimate off by a part of the truth is off by a little more of itself.
  return { least: Math.floor(estimate / (1 + relative)), most: Math.ceil(estimate / (1 - relative)) };
}

/** Of the number of values that a sample stands for: six standard errors, below 1 so that there is a bound at all. */
function sampleRelativeError({ hashes }: ValueSample): number {
  return Math.min(0.9, 6 / Math.sqrt(Math.max(1, hashes.length)));
}

/** The same in less room: a sample of at most `limits.segmentDistinctMax` values. */
export function shortenDuplicates(state: Duplicates): Duplicates {
  const { level, hashes, counts } = state.sample;
  if (hashes.length <= limits.segmentDistinctMax) return state;
  return { rows: state.rows, sample: sampleValues(hashes, counts, level, limits.segmentDistinctMax) };
}

function surplusPerRow({ counts }: ValueSample): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return rows === 0 ? 0 : (rows - counts.length) / rows;
}
