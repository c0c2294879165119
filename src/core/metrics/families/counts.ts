import { countMetric, percentMetric, type StateFamily } from '../family.ts';

/** Rows, nulls, and values that are configured as missing. */
export type Counts = { readonly rows: number; readonly nulls: number; readonly missing: number };

/**
 * `null_count`, `null_percent`, `missing_count`, `missing_percent`: exact. Missing are nulls and configured values;
 * percentages are of all rows.
 */
export const countsFamily: StateFamily<Counts> = {
  key: 'counts',
  version: 1,
  applies: () => true,
  empty: () => ({ rows: 0, nulls: 0, missing: 0 }),
  merge: (a, b) => ({ rows: a.rows + b.rows, nulls: a.nulls + b.nulls, missing: a.missing + b.missing }),
  fromFrequencies: ({ rows, nulls, missing }) => ({ rows, nulls, missing }),
  metrics: ({ rows, nulls, missing }) => [
    countMetric('null_count', nulls),
    percentMetric('null_percent', nulls, rows),
    countMetric('missing_count', nulls + missing),
    percentMetric('missing_percent', nulls + missing, rows),
  ],
  encode: (state, out) => {
    out.unsigned(state.rows);
    out.unsigned(state.nulls);
    out.unsigned(state.missing);
  },
  decode: (_version, input) => ({
    rows: input.unsigned(),
    nulls: input.unsigned(),
    missing: input.unsigned(),
  }),
};
