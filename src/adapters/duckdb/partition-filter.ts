import { FailureError, failure } from '../../base/errors.ts';
import { nullPartition } from '../../core/datasets/partition-key.ts';
import type { ColumnSchema, Schema } from '../../core/datasets/schema.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import { timeSliceOf } from '../../core/datasets/time-slice.ts';
import { identifier, literal } from './sql.ts';

/**
 * The predicate of a partition over typed columns: ranges and equalities on the column itself, so that Parquet row
 * groups without its rows are skipped. Throws `COLUMN_NOT_FOUND` and `PARTITION_COLUMN_UNFIT`.
 */
export function filterSql(filter: PartitionFilter, schema: Schema): string {
  if (filter.kind === 'time') return timePredicate(filter, columnOf(schema, filter.column));
  const terms = Object.entries(filter.values).map(([name, value]) => {
    const column = columnOf(schema, name);
    const sql = identifier(column.name);
    return value === null ? `${sql} is null` : `${sql} = ${literal(value)}::${column.type.native}`;
  });
  return terms.length === 0 ? 'true' : terms.join(' and ');
}

/** The column of that name, or `COLUMN_NOT_FOUND`. Case counts only when names differ by it alone. */
export function columnOf(schema: Schema, name: string): ColumnSchema {
  const found =
    schema.find((column) => column.name === name) ??
    schema.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const names = schema.slice(0, 20).map((column) => column.name);
  throw new FailureError(
    failure('COLUMN_NOT_FOUND', `the data has no column "${name}"`, {
      where: name,
      hint: `its columns are ${names.join(', ')}${schema.length > 20 ? ', …' : ''}`,
    }),
  );
}

function timePredicate(filter: Extract<PartitionFilter, { kind: 'time' }>, column: ColumnSchema): string {
  const sql = identifier(column.name);
  refuseTimeless(column);
  if (filter.key === nullPartition) return `${sql} is null`;
  const slice = timeSliceOf(filter.key);
  if (slice === undefined) {
    throw new FailureError(failure('PARTITION_COLUMN_UNFIT', `"${filter.key}" names no slice of time`));
  }
  if (filter.by === 'hour' && column.type.kind === 'date') {
    throw new FailureError(
      failure('PARTITION_COLUMN_UNFIT', `the column "${column.name}" is a date: it has no hours`, {
        where: column.name,
        hint: 'partition by day',
      }),
    );
  }
  const length = column.type.kind === 'date' ? 10 : 19;
  const bound = (ms: number): string =>
    `${literal(new Date(ms).toISOString().slice(0, length))}::${column.type.native}`;
  return `${sql} >= ${bound(slice.startMs)} and ${sql} < ${bound(slice.endMs)}`;
}

/** Throws `PARTITION_COLUMN_UNFIT` unless rows can be cut by time along the column. */
export function refuseTimeless(column: ColumnSchema): void {
  const { kind, native } = column.type;
  if (kind === 'date' || kind === 'timestamp') return;
  throw new FailureError(
    failure('PARTITION_COLUMN_UNFIT', `the column "${column.name}" is ${native}, not a date or timestamp`, {
      where: column.name,
      hint: 'partition by a date or timestamp column, or by the values of columns',
    }),
  );
}
