import type { ColumnKind } from '../datasets/schema.ts';
import { booleansFamily } from './families/booleans.ts';
import { countsFamily } from './families/counts.ts';
import { distinctFamily } from './families/distinct.ts';
import { extremesFamily } from './families/extremes.ts';
import { lengthsFamily } from './families/lengths.ts';
import { momentsFamily } from './families/moments.ts';
import { quantilesFamily } from './families/quantiles.ts';
import { signsFamily } from './families/signs.ts';
import { timeQuantilesFamily } from './families/time-quantiles.ts';
import { topValuesFamily } from './families/top-values.ts';
import type { ColumnStates, StateFamily } from './family.ts';
import type { Frequencies } from './frequencies.ts';

/**
 * Every state family, in the order of their metrics. A new one is a file in `families/` and a line here; the laws of
 * `test/support/state-laws.ts` then hold for it.
 */
export const catalogue: readonly StateFamily<unknown>[] = [
  countsFamily,
  distinctFamily,
  momentsFamily,
  extremesFamily,
  quantilesFamily,
  timeQuantilesFamily,
  signsFamily,
  lengthsFamily,
  booleansFamily,
  topValuesFamily,
];

const byKey = new Map(catalogue.map((family) => [family.key, family]));

/** The family of a key; undefined for one that only newer versions know. */
export function familyByKey(key: string): StateFamily<unknown> | undefined {
  return byKey.get(key);
}

/** The families that columns of a kind have. */
export function familiesOf(kind: ColumnKind): readonly StateFamily<unknown>[] {
  return catalogue.filter((family) => family.applies(kind));
}

/** All states of a column whose values were counted one by one. */
export function statesFromFrequencies(kind: ColumnKind, table: Frequencies): ColumnStates {
  return new Map(familiesOf(kind).map((family) => [family.key, family.fromFrequencies(table)]));
}
