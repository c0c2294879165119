import type { ColumnKind, ColumnType, Schema } from '../datasets/schema.ts';
import { familiesOf, familyByKey } from './catalogue.ts';
import { countsFamily } from './families/counts.ts';
import { percentileOfNumbers, quantilesFamily } from './families/quantiles.ts';
import { percentileOfTimes, timeQuantilesFamily } from './families/time-quantiles.ts';
import { type ColumnContext, type ColumnMetric, type ColumnStates, stateOf } from './family.ts';
import type { MetricDetail, MetricValue } from './metric.ts';

/**
 * Everything measured of a set of rows (a batch, a partition, a window of partitions), as states that merge. Columns
 * that the plan ignores are in `schema`, not in `columns`.
 */
export type Profile = {
  readonly schema: Schema;
  readonly rowCount: number;
  readonly columns: readonly ColumnProfile[];
};

/** The states of one column. `type` is the type as measured: that of the stored batch. */
export type ColumnProfile = {
  readonly name: string;
  readonly type: ColumnType;
  readonly states: ColumnStates;
};

/** The profile of no rows: with it `mergeProfiles` changes nothing. */
export function emptyProfile(schema: Schema = []): Profile {
  const columns = schema.map(({ name, type }) => ({ name, type, states: emptyStates(type.kind) }));
  return { schema, rowCount: 0, columns };
}

/**
 * The profile of both sets of rows. Commutative and associative when the schemas are equal, as those of a revision's
 * batches are. Otherwise columns keep the order of `a`, then of `b`; a column that only one side has counts that side's
 * rows alone; one whose type changed keeps the states that make sense for both types.
 */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  const theirs = new Map(b.columns.map((column) => [column.name, column]));
  const columns = a.columns.map((column) => {
    const other = theirs.get(column.name);
    theirs.delete(column.name);
    return other === undefined ? column : mergeColumns(column, other);
  });
  return {
    schema: mergeSchemas(a.schema, b.schema),
    rowCount: a.rowCount + b.rowCount,
    columns: [...columns, ...theirs.values()],
  };
}

/** All metrics of a profile: `row_count`, then the columns' in the order of the schema. */
export function profileMetrics(profile: Profile): {
  readonly values: MetricValue[];
  readonly details: MetricDetail[];
} {
  const { rowCount } = profile;
  const values: MetricValue[] = [{ metric: 'row_count', value: rowCount, scale: 'count', rows: rowCount }];
  const details: MetricDetail[] = [];
  for (const column of profile.columns) {
    const context = contextOf(column);
    for (const family of familiesOf(column.type.kind)) {
      const state = column.states.get(family.key);
      if (state === undefined) continue;
      values.push(...family.metrics(state, context).map((metric) => ofColumn(metric, column.name, context)));
      const more = family.details?.(state) ?? [];
      details.push(...more.map((detail) => ({ ...detail, column: column.name })));
    }
  }
  return { values, details };
}

/**
 * Any percentile of a number, date or time column, `q` from 0 to 1, named such as `p90`. Undefined when the profile has no such column or
 * the column no percentiles.
 */
export function profilePercentile(profile: Profile, name: string, q: number): MetricValue | undefined {
  const column = profile.columns.find((each) => each.name === name);
  if (column === undefined) return undefined;
  const context = contextOf(column);
  const numbers = stateOf(column.states, quantilesFamily);
  if (numbers !== undefined) return ofColumn(percentileOfNumbers(numbers, q, context), name, context);
  const times = stateOf(column.states, timeQuantilesFamily);
  return times === undefined ? undefined : ofColumn(percentileOfTimes(times, q), name, context);
}

function emptyStates(kind: ColumnKind): ColumnStates {
  return new Map(familiesOf(kind).map((family) => [family.key, family.empty()]));
}

function contextOf(column: ColumnProfile): ColumnContext {
  return { type: column.type, rows: rowsOf(column) };
}

function rowsOf(column: ColumnProfile): number {
  return stateOf(column.states, countsFamily)?.rows ?? 0;
}

function ofColumn({ rows, ...metric }: ColumnMetric, column: string, context: ColumnContext): MetricValue {
  return { ...metric, column, rows: rows ?? context.rows };
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
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

function mergeTypes(a: ColumnType, b: ColumnType): ColumnType {
  if (a.native === b.native) return a;
  const natives = new Set([...a.native.split(' | '), ...b.native.split(' | ')]);
  return { kind: mergeKinds(a.kind, b.kind), native: [...natives].sort().join(' | ') };
}

function mergeKinds(a: ColumnKind, b: ColumnKind): ColumnKind {
  if (a === b) return a;
  const [x, y] = [numberKinds.indexOf(a), numberKinds.indexOf(b)];
  return x < 0 || y < 0 ? 'other' : (numberKinds[Math.max(x, y)] ?? 'other');
}

function mergeSchemas(a: Schema, b: Schema): Schema {
  const theirs = new Map(b.map((column) => [column.name, column]));
  const kept = a.map((column) => {
    const other = theirs.get(column.name);
    theirs.delete(column.name);
    return other === undefined ? column : { name: column.name, type: mergeTypes(column.type, other.type) };
  });
  return [...kept, ...theirs.values()];
}
