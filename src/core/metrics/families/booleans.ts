import { countMetric, type StateFamily } from '../family.ts';

/** How often true and false. */
export type Booleans = { readonly trues: number; readonly falses: number };

/** `true_count`, `false_count` of boolean columns: exact. */
export const booleansFamily: StateFamily<Booleans> = {
  key: 'booleans',
  version: 1,
  applies: (kind) => kind === 'boolean',
  empty: () => ({ trues: 0, falses: 0 }),
  merge: (a, b) => ({ trues: a.trues + b.trues, falses: a.falses + b.falses }),
  fromFrequencies: ({ counts, values }) => {
    const totals = { trues: 0, falses: 0 };
    if (values.kind !== 'boolean') return totals;
    values.truths.forEach((truth, at) => {
      totals[truth === 1 ? 'trues' : 'falses'] += counts[at] ?? 0;
    });
    return totals;
  },
  metrics: ({ trues, falses }) => [countMetric('true_count', trues), countMetric('false_count', falses)],
  encode: (state, out) => {
    out.unsigned(state.trues);
    out.unsigned(state.falses);
  },
  decode: (_version, input) => ({ trues: input.unsigned(), falses: input.unsigned() }),
};
