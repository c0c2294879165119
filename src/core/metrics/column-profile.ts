import type { ColumnKind, ColumnType } from '../datasets/schema.ts';
import { familiesOf, familyByKey } from './catalogue.ts';
import { countsFamily } from './families/counts.ts';
import { percentileOfNumbers, quantilesFamily } from './families/quantiles.ts';
import { percentileOfTimes, timeQuantilesFamily } from './families/time-quantiles.ts';
import { type ColumnContext, type ColumnMetric, type ColumnStates, stateOf } from './family.ts';
import type { MetricDetail, MetricValue } from './metric.ts';

/** The states of one column. `type` is the type as measured: that of the stored batch. */
export type ColumnProfile = {
  readonly name: string;
  readonly type: ColumnType;
  readonly states: ColumnStates;
};

/** Some rows and what was measured of their columns. */
export type MeasuredRows = { readonly rowCount: number; readonly columns: readonly ColumnProfile[] };

/** Columns of both sets of rows: those of `a`, then those that only `b` has; the latter count that side's rows alone. */
export function mergeColumns(
  a: readonly ColumnProfile[],
  b: readonly ColumnProfile[],
): readonly ColumnProfile[] {
  const theirs = new Map(b.map((column) => [column.name, column]));
  const columns = a.map((column) => {
    const other = theirs.get(column.name);
    theirs.delete(column.name);
    return other === undefined ? column : mergeColumn(column, other);
  });
  return [...columns, ...theirs.values()];
}

/** The metrics and details of one column. */
export function columnMetrics(column: ColumnProfile): {
  readonly values: MetricValue[];
  readonly details: MetricDetail[];
} {
  const values: MetricValue[] = [];
  const details: MetricDetail[] = [];
  const context = contextOf(column);
  for (const family of familiesOf(column.type.kind)) {
    const state = column.states.get(family.key);
    if (state === undefined) continue;
    values.push(...family.metrics(state, context).map((metric) => ofColumn(metric, column.name, context)));
    const more = family.details?.(state) ?? [];
    details.push(...more.map((detail) => ({ ...detail, column: column.name })));
  }
  return { values, details };
}

/**
 * Any percentile of a number, date or time column, `q` from 0 to 1, named such as `p90`. Undefined when there is no such
 * column or the column has no percentiles.
 */
export function columnPercentile(
  columns: readonly ColumnProfile[],
  name: string,
  q: number,
): MetricValue | undefined {
  const column = columns.find((each) => each.name === name);
  if (column === undefined) return undefined;
  const context = contextOf(column);
  const numbers = stateOf(column.states, quantilesFamily);
  if (numbers !== undefined) return ofColumn(percentileOfNumbers(numbers, q, context), name, context);
  const times = stateOf(column.states, timeQuantilesFamily);
  return times === undefined ? undefined : ofColumn(percentileOfTimes(times, q, context), name, context);
}

function contextOf(column: ColumnProfile): ColumnContext {
  return { type: column.type, rows: rowsOf(column), states: column.states };
}

function rowsOf(column: ColumnProfile): number {
  return stateOf(column.states, countsFamily)?.rows ?? 0;
}

function ofColumn({ rows, ...metric }: ColumnMetric, column: string, context: ColumnContext): MetricValue {
  return { ...metric, column, rows: rows ?? context.rows };
}

function mergeColumn(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  // A side without rows (an empty batch) says nothing, not even about the type.
  if (rowsOf(a) === 0) return b;
  if (rowsOf(b) === 0) return a;
  const type = mergeTypes(a.type, b.type);
  const states = new Map<string, unknown>();
  for (const [key, state] of a.states) {
    const family = familyByKey(key);
    const other = b.states.get(key);
    // A state that only one side has would speak for half of the rows: it is dropped.
    if (family?.applies(type.kind) && other !== undefined) states.set(key, family.merge(state, other));
  }
  return { name: a.name, type, states };
}

const numberKinds: readonly ColumnKind[] = ['integer', 'decimal', 'float'];

/** The type of values of both types. */
export function mergeTypes(a: ColumnType, b: ColumnType): ColumnType {
  if (a.native === b.native) return a;
  const natives = new Set([...a.native.split(' | '), ...b.native.split(' | ')]);
  return { kind: mergeKinds(a.kind, b.kind), native: [...natives].sort().join(' | ') };
}

function mergeKinds(a: ColumnKind, b: ColumnKind): ColumnKind {
  if (a === b) return a;
  const [x, y] = [numberKinds.indexOf(a), numberKinds.indexOf(b)];
  return x < 0 || y < 0 ? 'other' : (numberKinds[Math.max(x, y)] ?? 'other');
}
