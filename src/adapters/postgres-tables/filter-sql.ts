import { FailureError } from '../../base/errors.ts';
import { nullPartition } from '../../core/datasets/partition-key.ts';
import { columnMissing, columnUnfit } from '../../core/datasets/row-rule.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import { timeSliceOf } from '../../core/datasets/time-slice.ts';
import type { ServerColumn } from './column-types.ts';
import { identifier, literal } from './sql.ts';

/**
 * The predicate of a partition: ranges and equalities on the columns themselves, so that an index can serve it. Throws
 * `COLUMN_NOT_FOUND` and `PARTITION_COLUMN_UNFIT`.
 */
export function filterSql(filter: PartitionFilter, columns: readonly ServerColumn[]): string {
  if (filter.kind === 'time') return timePredicate(filter, named(filter.column, columns));
  const terms = Object.entries(filter.values).map(([name, value]) => {
    const sql = identifier(named(name, columns).name);
    return value === null ? `${sql} is null` : `${sql} = ${literal(value)}`;
  });
  return terms.length === 0 ? 'true' : terms.join(' and ');
}

/** The column of just that name. Throws `COLUMN_NOT_FOUND`. */
export function named(name: string, columns: readonly ServerColumn[]): ServerColumn {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new FailureError(columnMissing(name, columns));
  return found;
}

/** Whether a time lies in one of the years that partitions are named by: 1 to 9999. */
export function isDatedSql(column: ServerColumn): string {
  const sql = identifier(column.name);
  return `${sql} >= ${time('0001-01-01T00:00:00', column)} and ${sql} < ${time('10000-01-01T00:00:00', column)}`;
}

function timePredicate({ key }: Extract<PartitionFilter, { kind: 'time' }>, column: ServerColumn): string {
  const sql = identifier(column.name);
  if (key === nullPartition) {
    const [first, end] = [time('0001-01-01T00:00:00', column), time('10000-01-01T00:00:00', column)];
    return `(${sql} is null or ${sql} < ${first} or ${sql} >= ${end})`;
  }
  const slice = timeSliceOf(key);
  if (slice === undefined) {
    throw new FailureError(columnUnfit(column.name, `has no slice of time called ${JSON.stringify(key)}`));
  }
  return `${sql} >= ${bound(slice.startMs, column)} and ${sql} < ${bound(slice.endMs, column)}`;
}

function bound(ms: number, column: ServerColumn): string {
  // The end of the year 9999 has a sign and six digits in ISO 8601.
  return time(new Date(ms).toISOString().replace(/^\+0/, '').slice(0, -5), column);
}

/** A literal of the column's own type: of any other, no index would serve it. */
function time(iso: string, { type: { native } }: ServerColumn): string {
  if (native === 'DATE') return `date '${iso.replace(/T.*$/, '')}'`;
  const text = iso.replace('T', ' ');
  return native === 'TIMESTAMP' ? `timestamp '${text}'` : `timestamptz '${text}+00'`;
}
