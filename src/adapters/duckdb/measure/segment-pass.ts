import type { DuckDBConnection } from '@duckdb/node-api';
import { limits } from '../../../base/limits.ts';
import type { ColumnProfile, MeasuredRows } from '../../../core/metrics/column-profile.ts';
import { booleansFamily } from '../../../core/metrics/families/booleans.ts';
import { countsFamily } from '../../../core/metrics/families/counts.ts';
import { distinctFamily } from '../../../core/metrics/families/distinct.ts';
import { quantilesFamily } from '../../../core/metrics/families/quantiles.ts';
import { signsFamily } from '../../../core/metrics/families/signs.ts';
import { type ColumnStates, stateEntry } from '../../../core/metrics/family.ts';
import type { SegmentRule } from '../../../core/metrics/segment-rule.ts';
import { limitGroups, mergeRows, shortened } from '../../../core/metrics/segments/merge-segments.ts';
import { familiesOfMetric, metricsOfColumn } from '../../../core/metrics/segments/segment-metrics.ts';
import { noRows, type Segments } from '../../../core/metrics/segments/segments.ts';
import { encodedSize } from '../../../core/metrics/segments/segments-codec.ts';
import { logBucketNumber, logBucketStates, logBucketsOf } from './bucket-pass.ts';
import { type GroupStates, groupAggregates, groupStates } from './group-aggregates.ts';
import { type GroupSlices, groupSlices } from './group-slices.ts';
import type { MeasuredColumn } from './measured-column.ts';
import type { ResultColumns } from './result-columns.ts';
import { measureSegmentDistinct } from './segment-distinct.ts';
import { countGroups, dropGroups, type KeptGroups } from './segment-groups.ts';
import { measureSegmentTimes } from './segment-times.ts';
import { measureSegmentValues } from './segment-values.ts';

/** What to measure by groups. */
export type SegmentTask = {
  readonly relation: string;
  /** All measured columns of the relation; those of the rule are among them. */
  readonly columns: readonly MeasuredColumn[];
  readonly rowCount: number;
  readonly rule: SegmentRule;
};

/**
 * Measures the largest groups of a rule, and all other rows as one. Each column takes one `GROUP BY group` for counts,
 * moments, extremes and lengths; one more where the rule asks for percentiles or signs, for hours or for validity, two where
 * it asks for distinct values, and three for what takes the values themselves. The distinct values of nested types are left
 * out. Undefined when the relation lacks a column of the rule.
 */
export async function measureSegments(
  connection: DuckDBConnection,
  task: SegmentTask,
): Promise<Segments | undefined> {
  const { relation, columns, rule } = task;
  const keys = rule.columns.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  if (keys.length < rule.columns.length) return undefined;
  const kept = await countGroups(connection, { relation, keys, rule });
  const counts = [task.rowCount - kept.counts.reduce((sum, count) => sum + count, 0), ...kept.counts];
  const measured: ColumnProfile[][] = counts.map(() => []);
  for (const column of columns.filter((one) => !keys.includes(one))) {
    const states = await measureColumn(connection, { task, kept, column, counts });
    states.forEach((own, group) => {
      measured[group]?.push(shortened({ name: column.name, type: column.type, states: own }));
    });
  }
  // After a failure they go with the connection.
  await dropGroups(connection);
  return withinBytes(segmentsOf(rule, kept, rowsOf(counts, measured)));
}

function rowsOf(counts: readonly number[], measured: readonly ColumnProfile[][]): MeasuredRows[] {
  return counts.map((rowCount, group) => {
    return rowCount === 0 ? noRows : { rowCount, columns: measured[group] ?? [] };
  });
}

/** `rows` by the number of their group: first those of no kept group. */
function segmentsOf(rule: SegmentRule, kept: KeptGroups, rows: readonly MeasuredRows[]): Segments {
  const groups = new Map<string, MeasuredRows>();
  for (const [at, label] of kept.labels.entries()) {
    groups.set(label, mergeRows(groups.get(label) ?? noRows, rows[at + 1] ?? noRows));
  }
  const { columns, groupsMax } = rule;
  const { otherGroupRowsMax, offered } = kept;
  return limitGroups({ columns, groupsMax, groups, other: rows[0] ?? noRows, otherGroupRowsMax, offered });
}

/** As many groups as may be stored: of a table with very many columns, fewer than the rule allows. */
function withinBytes(segments: Segments): Segments {
  let fitting = segments;
  while (fitting.groups.size > 0 && bytesOf(fitting) > limits.segmentBytesMax) {
    fitting = limitGroups({ ...fitting, groupsMax: Math.floor(0.8 * fitting.groups.size) });
  }
  return { ...fitting, groupsMax: segments.groupsMax };
}

function bytesOf({ groups, other }: Segments): number {
  return groups.values().reduce((sum, rows) => sum + encodedSize(rows), encodedSize(other));
}

type ColumnTask = {
  readonly task: SegmentTask;
  readonly kept: KeptGroups;
  readonly column: MeasuredColumn;
  /** Rows of each group, by its number. */
  readonly counts: readonly number[];
};

/** The states of a column in each group, by the group's number. */
async function measureColumn(connection: DuckDBConnection, of: ColumnTask): Promise<ColumnStates[]> {
  const { task, kept, column, counts } = of;
  const { form } = column;
  // The inner select renames before anything is grouped, because GROUP BY would prefer a column that is called g or v.
  const values = `(select ${kept.number} as g, ${column.value} as v
    from ${task.relation} as "data" ${kept.join} where ${column.present})`;
  const families = wantedFamilies(task.rule, column);
  const aggregates = await groupedAggregates(connection, column, values);
  const buckets =
    families.has(quantilesFamily.key) || (families.has(signsFamily.key) && isNumber(column))
      ? await groupSlices(
          connection,
          `select g::double, b::double, count(*)::double
          from (select g, ${logBucketNumber(form)} as b from (select g, v::double as x from ${values})) group by g, b`,
        )
      : undefined;
  const distinct = families.has(distinctFamily.key)
    ? await measureSegmentDistinct(connection, values)
    : undefined;
  const found = counts.map((rows, group) => aggregateEntries(column, aggregates.of(group), rows));
  const ranges = found.map(({ range }) => range);
  const times = await measureSegmentTimes(connection, column, { values, ranges, families });
  const counted = await measureSegmentValues(connection, column, { values, families });
  return found.map(({ states, range }, group) => {
    return new Map([
      ...states,
      ...(buckets === undefined ? [] : bucketEntries(buckets.of(group), range)),
      ...(distinct === undefined ? [] : [stateEntry(distinctFamily, distinct(group))]),
      ...times(group),
      ...counted(group),
    ]);
  });
}

/** The families that the rule's metrics of a column come from. */
function wantedFamilies(rule: SegmentRule, { name, type }: MeasuredColumn): ReadonlySet<string> {
  return new Set(metricsOfColumn(rule, name).flatMap((metric) => familiesOfMetric(metric, type.kind)));
}

function isNumber({ form }: MeasuredColumn): boolean {
  return form.kind === 'integer' || form.kind === 'wide' || form.kind === 'float';
}

/** Cells as in `HashGroups`, but for the second: how many values are true. */
async function groupedAggregates(
  connection: DuckDBConnection,
  { form, type, missing }: MeasuredColumn,
  values: string,
): Promise<GroupSlices> {
  const trues = form.kind === 'boolean' ? 'count_if(v)' : '0';
  const missings = missing === undefined ? '0' : `count_if(${missing})`;
  const cells = [trues, 'count(*)', missings].map((cell) => `${cell}::double`);
  const aggregates = groupAggregates(form, type.native, true);
  return await groupSlices(
    connection,
    `select g::double, ${[...cells, ...aggregates].join(', ')} from ${values} group by g`,
  );
}

function aggregateEntries(
  { form }: MeasuredColumn,
  result: ResultColumns,
  rows: number,
): { readonly states: readonly (readonly [string, unknown])[]; readonly range: GroupStates } {
  const [trues, present, missing] = [1, 2, 3].map((cell) => result.doubles(cell)[0] ?? 0);
  const range = groupStates(form, { counts: result.doubles(2), result });
  const states = [
    stateEntry(countsFamily, { rows, nulls: rows - (present ?? 0), missing: missing ?? 0 }),
    ...range.entries,
  ];
  if (form.kind === 'boolean') {
    states.push(stateEntry(booleansFamily, { trues: trues ?? 0, falses: (present ?? 0) - (trues ?? 0) }));
  }
  if (form.kind === 'date' || form.kind === 'timestamp') {
    const infinites = (present ?? 0) - range.finite;
    states.push(stateEntry(signsFamily, { ...signsFamily.empty(), infinites }));
  }
  return { states, range };
}

function bucketEntries(result: ResultColumns, range: GroupStates): readonly (readonly [string, unknown])[] {
  return logBucketStates(logBucketsOf(result.doubles(1), result.doubles(2)), range);
}
