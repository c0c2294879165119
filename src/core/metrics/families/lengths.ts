import type { ColumnMetric, StateFamily } from '../family.ts';
import { countMetric } from '../family.ts';

/** Lengths of texts in characters (code points). `min` and `max` are 0 when there are no values. */
export type Lengths = {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly empties: number;
};

/** `min_length`, `max_length`, `avg_length`, `empty_count` (texts of length 0) of text columns: exact. */
export const lengthsFamily: StateFamily<Lengths> = {
  key: 'lengths',
  version: 1,
  applies: (kind) => kind === 'string',
  empty: () => ({ count: 0, min: 0, max: 0, sum: 0, empties: 0 }),
  merge: (a, b) => {
    if (a.count === 0) return b;
    if (b.count === 0) return a;
    return {
      count: a.count + b.count,
      min: Math.min(a.min, b.min),
      max: Math.max(a.max, b.max),
      sum: a.sum + b.sum,
      empties: a.empties + b.empties,
    };
  },
  fromFrequencies: ({ counts, values }) => {
    if (values.kind !== 'text' || counts.length === 0) return lengthsFamily.empty();
    const { lengths } = values;
    let [count, sum, empties] = [0, 0, 0];
    let [min, max] = [Number.POSITIVE_INFINITY, 0];
    lengths.forEach((length, at) => {
      const rows = counts[at] ?? 0;
      count += rows;
      sum += rows * length;
      if (length === 0) empties += rows;
      min = Math.min(min, length);
      max = Math.max(max, length);
    });
    return { count, min, max, sum, empties };
  },
  metrics: ({ count, min, max, sum, empties }) => [
    length('min_length', count, min),
    length('max_length', count, max),
    length('avg_length', count, sum / count),
    countMetric('empty_count', empties),
  ],
  encode: (state, out) => {
    for (const part of [state.count, state.min, state.max, state.sum, state.empties]) out.unsigned(part);
  },
  decode: (_version, input) => ({
    count: input.unsigned(),
    min: input.unsigned(),
    max: input.unsigned(),
    sum: input.unsigned(),
    empties: input.unsigned(),
  }),
};

function length(metric: string, count: number, value: number): ColumnMetric {
  return { metric, value: count === 0 ? undefined : value, scale: 'number', rows: count };
}
