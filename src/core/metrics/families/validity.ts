import { readable } from '../codec/byte-reader.ts';
import { type ColumnMetric, countMetric, percentMetric, type StateFamily } from '../family.ts';
import { compareText } from '../texts/order.ts';

/** What became of each validity rule of a column, ascending by label. */
export type Validity = readonly RuleCounts[];

/** The rows that a rule judged, which are neither null nor missing, and how many of them are invalid. */
export type RuleCounts =
  | { readonly kind: 'judged'; readonly label: string; readonly judged: number; readonly invalid: number }
  /** The rule could not be asked: its regular expression, or a bound that the column's type has not. */
  | { readonly kind: 'refused'; readonly label: string; readonly reason: string };

/**
 * `invalid_count(<label>)` and `invalid_percent(<label>)` for each validity rule of the plan (`validityLabel`): exact.
 * Percentages are of the rows that are neither null nor missing. A rule that could not be asked has no value. The state is
 * counted by the database over whole values, therefore it does not follow from a table of shortened ones.
 */
export const validityFamily: StateFamily<Validity> = {
  key: 'validity',
  version: 1,
  applies: () => true,
  empty: () => [],
  merge: (a, b) => {
    const others = new Map(b.map((rule) => [rule.label, rule]));
    const merged = a.map((rule) => {
      const other = others.get(rule.label);
      others.delete(rule.label);
      return other === undefined ? rule : mergeRules(rule, other);
    });
    return settleValidity([...merged, ...others.values()]);
  },
  fromFrequencies: () => [],
  metrics: (rules) => rules.flatMap(ruleMetrics),
  encode: (rules, out) => {
    out.unsigned(rules.length);
    for (const rule of rules) {
      out.text(rule.label);
      out.byte(rule.kind === 'judged' ? 0 : 1);
      if (rule.kind === 'refused') {
        out.text(rule.reason);
      } else {
        out.unsigned(rule.judged);
        out.unsigned(rule.invalid);
      }
    }
  },
  decode: (_version, input) => {
    return Array.from({ length: input.count(3) }, (): RuleCounts => {
      const label = input.text();
      const kind = input.byte();
      readable(kind <= 1, 'a rule is of no known kind');
      if (kind === 1) return { kind: 'refused', label, reason: input.text() };
      return { kind: 'judged', label, judged: input.unsigned(), invalid: input.unsigned() };
    });
  },
};

/** The state of rules in any order. */
export function settleValidity(rules: readonly RuleCounts[]): Validity {
  return rules.toSorted((a, b) => compareText(a.label, b.label));
}

/** A rule that could not be asked of a part can not be told of the whole. */
function mergeRules(a: RuleCounts, b: RuleCounts): RuleCounts {
  if (a.kind === 'judged' && b.kind === 'judged') {
    return { ...a, judged: a.judged + b.judged, invalid: a.invalid + b.invalid };
  }
  if (a.kind === 'refused' && b.kind === 'refused') return compareText(a.reason, b.reason) <= 0 ? a : b;
  return a.kind === 'refused' ? a : b;
}

function ruleMetrics(rule: RuleCounts): readonly ColumnMetric[] {
  const names = { count: `invalid_count(${rule.label})`, percent: `invalid_percent(${rule.label})` };
  if (rule.kind === 'refused') {
    const nothing = { value: undefined, rows: 0 } as const;
    return [
      { metric: names.count, scale: 'count', ...nothing },
      { metric: names.percent, scale: 'percent', ...nothing },
    ];
  }
  const { judged: rows, invalid } = rule;
  return [
    { ...countMetric(names.count, invalid), rows },
    { ...percentMetric(names.percent, invalid, rows), rows },
  ];
}
