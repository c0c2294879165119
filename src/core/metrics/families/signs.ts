import type { ColumnKind } from '../../datasets/schema.ts';
import { type ColumnMetric, countMetric, type StateFamily } from '../family.ts';

/** How many values are zero, below zero, not a number, infinite. −∞ counts as infinite, not as negative. */
export type Signs = {
  readonly zeros: number;
  readonly negatives: number;
  readonly nans: number;
  readonly infinites: number;
};

const numberKinds: readonly ColumnKind[] = ['integer', 'decimal', 'float'];

/**
 * `zero_count`, `negative_count` of numbers, `nan_count` of floats, `infinite_count` of floats, dates and timestamps:
 * exact. NaN and infinities are counted here and kept out of moments, extremes and quantiles.
 */
export const signsFamily: StateFamily<Signs> = {
  key: 'signs',
  version: 1,
  applies: (kind) => numberKinds.includes(kind) || kind === 'date' || kind === 'timestamp',
  empty: () => ({ zeros: 0, negatives: 0, nans: 0, infinites: 0 }),
  merge: (a, b) => ({
    zeros: a.zeros + b.zeros,
    negatives: a.negatives + b.negatives,
    nans: a.nans + b.nans,
    infinites: a.infinites + b.infinites,
  }),
  fromFrequencies: ({ counts, values }) => {
    const signs = { zeros: 0, negatives: 0, nans: 0, infinites: 0 };
    if (values.kind === 'text' || values.kind === 'boolean' || values.kind === 'opaque') return signs;
    values.numbers.forEach((number, at) => {
      const sign = signOf(number);
      if (sign !== undefined && (values.kind !== 'time' || sign === 'infinites'))
        signs[sign] += counts[at] ?? 0;
    });
    return signs;
  },
  metrics: (state, { type }) => {
    const metrics: ColumnMetric[] = [];
    if (numberKinds.includes(type.kind)) {
      metrics.push(countMetric('zero_count', state.zeros), countMetric('negative_count', state.negatives));
    }
    if (type.kind === 'float') metrics.push(countMetric('nan_count', state.nans));
    if (type.kind !== 'integer' && type.kind !== 'decimal') {
      metrics.push(countMetric('infinite_count', state.infinites));
    }
    return metrics;
  },
  encode: (state, out) => {
    for (const count of [state.zeros, state.negatives, state.nans, state.infinites]) out.unsigned(count);
  },
  decode: (_version, input) => ({
    zeros: input.unsigned(),
    negatives: input.unsigned(),
    nans: input.unsigned(),
    infinites: input.unsigned(),
  }),
};

function signOf(number: number): keyof Signs | undefined {
  if (Number.isNaN(number)) return 'nans';
  if (!Number.isFinite(number)) return 'infinites';
  if (number === 0) return 'zeros';
  return number < 0 ? 'negatives' : undefined;
}
