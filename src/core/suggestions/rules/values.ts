import { formatNumber } from '../../checks/format.ts';
import type { ColumnHistory } from '../column-history.ts';
import { spanText, tolerance, withLevel } from '../evidence.ts';
import type { ColumnRule } from './rule.ts';

/** Share of the partitions that a set is learned from; the later ones show whether it holds. */
const learnedShare = 0.7;
const partitionsMin = 10;
const valuesMax = { text: 60, number: 20 };
/** Rows for each value on average, so that a value that was not seen by chance is unlikely. */
const rowsPerValueMin = 50;
/** Rows of the later partitions whose value was known before, below which a set is no set. */
const coverageMin = 0.9999;

/**
 * A closed set of values: those of the first 70 % of the partitions, when they cover the later ones. After the constraint
 * suggestion of S. Schelter et al., "Automating large-scale data quality verification", VLDB 2018, held-out coverage.
 */
export const suggestValues: ColumnRule = (column) => {
  const set = closedSet(column);
  if (set === undefined) return [];
  const { name, partitions } = column;
  const tolerated = tolerance(set.violated, partitions.length);
  if (tolerated === undefined) return [];
  const values = [...set.values].sort();
  const learned = Math.floor(learnedShare * partitions.length);
  return [
    {
      column: name,
      kind: 'values',
      check: { invalid_percent: withLevel({ valid_values: values, must_be: 0 }, tolerated) },
      text: `invalid_percent of ${formatNumber(values.length)} valid values must be 0`,
      evidence: `${formatNumber(values.length)} values, found in the first ${learned} partitions, cover ${formatNumber(100 * set.coverage)} % of the other ${partitions.length - learned}: ${spanText(partitions)}${tolerated.note}`,
    },
  ];
};

/** The values of a column that has few and always the same ones; undefined when it has none such. */
export function closedSet({ type, partitions }: ColumnHistory): ClosedSet | undefined {
  const most = type.kind === 'string' ? valuesMax.text : type.kind === 'integer' ? valuesMax.number : 0;
  if (partitions.length < partitionsMin || most === 0) return undefined;
  const learned = Math.floor(learnedShare * partitions.length);
  const known = new Set<string>();
  let [rows, later, covered] = [0, 0, 0];
  const violated: ClosedSet['violated'][number][] = [];
  for (const [place, { key, facts }] of partitions.entries()) {
    if (facts.values === undefined) return undefined;
    const unknown = [...facts.values].filter(([value]) => !known.has(value));
    const total = [...facts.values.values()].reduce((sum, count) => sum + count, 0);
    rows += total;
    if (place < learned) for (const [value] of unknown) known.add(value);
    else {
      later += total;
      covered += total - unknown.reduce((sum, [, count]) => sum + count, 0);
      if (unknown.length > 0) violated.push(key);
    }
    if (known.size > most) return undefined;
  }
  const coverage = later === 0 ? 0 : covered / later;
  const isSet = known.size >= 2 && rows >= rowsPerValueMin * known.size && coverage >= coverageMin;
  return isSet ? { values: known, coverage, violated } : undefined;
}

/** Values, the share of later rows that have one of them, and the partitions with others. */
export type ClosedSet = {
  readonly values: ReadonlySet<string>;
  readonly coverage: number;
  readonly violated: readonly ColumnHistory['partitions'][number]['key'][];
};
