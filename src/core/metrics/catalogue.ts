import type { ColumnKind } from '../datasets/schema.ts';
import { booleansFamily } from './families/booleans.ts';
import { countsFamily } from './families/counts.ts';
import { distinctFamily } from './families/distinct.ts';
import { duplicatesFamily } from './families/duplicates.ts';
import { extremesFamily } from './families/extremes.ts';
import { formatsFamily } from './families/formats.ts';
import { hoursFamily } from './families/hours.ts';
import { lengthsFamily } from './families/lengths.ts';
import { momentsFamily } from './families/moments.ts';
import { patternsFamily } from './families/patterns.ts';
import { quantilesFamily } from './families/quantiles.ts';
import { signsFamily } from './families/signs.ts';
import { textShapesFamily } from './families/text-shapes.ts';
import { timeQuantilesFamily } from './families/time-quantiles.ts';
import { topValuesFamily } from './families/top-values.ts';
import { validityFamily } from './families/validity.ts';
import type { ColumnStates, StateFamily } from './family.ts';
import type { Frequencies } from './frequencies.ts';

/**
 * Every state family, in the order of their metrics. A new one is a file in `families/` and a line here; the laws of
 * `test/support/state-laws.ts` then hold for it.
 */
export const catalogue: readonly StateFamily<unknown>[] = [
  countsFamily,
  distinctFamily,
  duplicatesFamily,
  momentsFamily,
  extremesFamily,
  quantilesFamily,
  timeQuantilesFamily,
  signsFamily,
  hoursFamily,
  lengthsFamily,
  textShapesFamily,
  patternsFamily,
  formatsFamily,
  booleansFamily,
  validityFamily,
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
