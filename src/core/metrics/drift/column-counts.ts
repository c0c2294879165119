import { day, type Instant, minute } from '../../../base/units.ts';
import type { ColumnKind } from '../../datasets/schema.ts';
import { booleansFamily } from '../families/booleans.ts';
import { countsFamily } from '../families/counts.ts';
import { type Patterns, patternsFamily } from '../families/patterns.ts';
import { quantilesFamily } from '../families/quantiles.ts';
import { signsFamily } from '../families/signs.ts';
import { timeQuantilesFamily } from '../families/time-quantiles.ts';
import { type TopValues, topValuesFamily } from '../families/top-values.ts';
import { stateOf } from '../family.ts';
import type { Profile } from '../profile.ts';
import { clockLine, type Line, movingLine, numberLine } from './line.ts';

/** How the rows of a partition spread over the values of one column, as finely as its states tell. */
export type ColumnCounts = {
  /** Only counts of the same nature can be compared: that of numbers, or the type's kind. */
  readonly nature: string;
  readonly rows: number;
  readonly nulls: number;
  /** NaN and infinities. */
  readonly unordered: number;
  /** Of numbers and times. */
  readonly line?: Line;
  /** Of texts, integers and booleans: the most frequent values, or all. */
  readonly values?: Categories;
  /** Of texts. */
  readonly patterns?: Categories;
};

/** The families whose states counts are made from. */
export const comparedFamilies: ReadonlySet<string> = new Set([
  countsFamily.key,
  signsFamily.key,
  quantilesFamily.key,
  timeQuantilesFamily.key,
  topValuesFamily.key,
  patternsFamily.key,
  booleansFamily.key,
]);

/** Rows by category. */
export type Categories = {
  /** No row is counted that may not be there: a lower bound where the state is approximate. */
  readonly counts: ReadonlyMap<string, number>;
  /** Whether every value is among them. */
  readonly isComplete: boolean;
};

/**
 * Whether columns of a kind can be compared with earlier partitions. Dates and timestamps of partitions that name no time
 * (`start`) can not: nobody knows with what they move.
 */
export function isComparable(kind: ColumnKind, start: Instant | undefined): boolean {
  if (kind === 'date' || kind === 'timestamp') return start !== undefined;
  return kind !== 'other';
}

/** The counts of a column; undefined where nothing can be compared, as in a column without rows. */
export function columnCounts(
  column: Profile['columns'][number],
  start: Instant | undefined,
): ColumnCounts | undefined {
  const { states, type } = column;
  const counts = stateOf(states, countsFamily);
  if (counts === undefined || counts.rows === 0) return undefined;
  const signs = stateOf(states, signsFamily);
  const common = {
    nature: natures[type.kind] ?? type.kind,
    rows: counts.rows,
    nulls: counts.nulls,
    unordered: (signs?.nans ?? 0) + (signs?.infinites ?? 0),
  };
  switch (type.kind) {
    case 'integer': {
      const line = stateOf(states, quantilesFamily);
      const values = stateOf(states, topValuesFamily);
      if (line === undefined) return undefined;
      return { ...common, line: numberLine(line), ...(values && { values: categoriesOf(values) }) };
    }
    case 'decimal':
    case 'float': {
      const line = stateOf(states, quantilesFamily);
      return line && { ...common, line: numberLine(line) };
    }
    case 'date':
    case 'timestamp': {
      const line = stateOf(states, timeQuantilesFamily);
      if (line === undefined || start === undefined) return undefined;
      return {
        ...common,
        line: movingLine(line, { startMs: start, stepMs: type.kind === 'date' ? day : minute }),
      };
    }
    case 'time': {
      const line = stateOf(states, timeQuantilesFamily);
      return line && { ...common, line: clockLine(line) };
    }
    case 'boolean': {
      const truths = stateOf(states, booleansFamily);
      if (truths === undefined) return undefined;
      const entries = new Map([
        ['true', truths.trues],
        ['false', truths.falses],
      ]);
      return { ...common, values: { counts: entries, isComplete: true } };
    }
    case 'string': {
      const values = stateOf(states, topValuesFamily);
      const patterns = stateOf(states, patternsFamily);
      if (values === undefined) return undefined;
      return {
        ...common,
        values: categoriesOf(values),
        ...(patterns && { patterns: patternCategories(patterns) }),
      };
    }
    default:
      return undefined;
  }
}

const natures: Partial<Record<ColumnKind, string>> = {
  integer: 'number',
  decimal: 'number',
  float: 'number',
};

function patternCategories({ entries, unknown }: Patterns): Categories {
  const seen = entries.filter(({ count }) => count > 0);
  return { counts: new Map(seen.map(({ pattern, count }) => [pattern, count])), isComplete: unknown === 0 };
}

function categoriesOf({ entries, error }: TopValues): Categories {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const sure = entry.count - entry.error;
    if (sure > 0) counts.set(entry.text, sure);
  }
  return { counts, isComplete: error === 0 };
}
