import type { ColumnKind, Schema } from '../datasets/schema.ts';
import { familiesOf } from './catalogue.ts';
import {
  type ColumnProfile,
  columnMetrics,
  columnPercentile,
  mergeColumns,
  mergeTypes,
} from './column-profile.ts';
import type { ColumnStates } from './family.ts';
import type { MetricDetail, MetricValue } from './metric.ts';
import { mergeSegmentLists } from './segments/merge-segments.ts';
import type { Segments } from './segments/segments.ts';

/**
 * Everything measured of a set of rows (a batch, a partition, a window of partitions), as states that merge. Columns
 * that the plan ignores are in `schema`, not in `columns`.
 */
export type Profile = {
  readonly schema: Schema;
  readonly rowCount: number;
  readonly columns: readonly ColumnProfile[];
  /** The same rows by groups, for each segment rule that was measured. */
  readonly segments: readonly Segments[];
};

/** The profile of no rows: with it `mergeProfiles` changes nothing. */
export function emptyProfile(schema: Schema = []): Profile {
  const columns = schema.map(({ name, type }) => ({ name, type, states: emptyStates(type.kind) }));
  return { schema, rowCount: 0, columns, segments: [] };
}

/**
 * The profile of both sets of rows. Commutative and associative when the schemas are equal, as those of a revision's
 * batches are. Otherwise columns keep the order of `a`, then of `b`; a column that only one side has counts that side's
 * rows alone; one whose type changed keeps the states that make sense for both types. Of segments with more groups than
 * their limit, which groups are shown may depend on the order of merging; what is shown is right in any.
 */
export function mergeProfiles(a: Profile, b: Profile): Profile {
  return {
    schema: mergeSchemas(a.schema, b.schema),
    rowCount: a.rowCount + b.rowCount,
    columns: mergeColumns(a.columns, b.columns),
    segments: mergeSegmentLists(a, b),
  };
}

/** All metrics of a profile but those of its segments: `row_count`, then the columns' in the order of the schema. */
export function profileMetrics(profile: Profile): {
  readonly values: MetricValue[];
  readonly details: MetricDetail[];
} {
  const { rowCount } = profile;
  const measured = profile.columns.map(columnMetrics);
  return {
    values: [
      { metric: 'row_count', value: rowCount, scale: 'count', rows: rowCount },
      ...measured.flatMap(({ values }) => values),
    ],
    details: measured.flatMap(({ details }) => details),
  };
}

/** Any percentile of a number, date or time column, as `columnPercentile` gives it. */
export function profilePercentile(profile: Profile, name: string, q: number): MetricValue | undefined {
  return columnPercentile(profile.columns, name, q);
}

function emptyStates(kind: ColumnKind): ColumnStates {
  return new Map(familiesOf(kind).map((family) => [family.key, family.empty()]));
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
