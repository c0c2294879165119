import { nullPartition } from '../../core/datasets/partition-key.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import { timeSliceOf } from '../../core/datasets/time-slice.ts';
import { bytesLiteral, identifier, literal } from './sql.ts';

/** Before it, there are no dates but those with zeros in them, which stand for none. */
export const firstDate = "'0001-01-01'";

/**
 * The rows of a partition: ranges and equalities on the columns themselves, so that an index can serve them. Slices touch
 * each other, so that a date that does not exist, such as `2001-02-30`, is in the slice of the day before it.
 */
export function filterSql(filter: PartitionFilter): string {
  if (filter.kind === 'columns') {
    const terms = Object.entries(filter.values).map(([name, value]) => valueSql(identifier(name), value));
    return terms.length === 0 ? 'true' : terms.join(' and ');
  }
  const column = identifier(filter.column);
  if (filter.key === nullPartition) return `(${column} is null or ${column} < ${firstDate})`;
  const slice = timeSliceOf(filter.key);
  if (slice === undefined) return 'false';
  const bound = (ms: number): string => literal(new Date(ms).toISOString().slice(0, 19).replace('T', ' '));
  const from = `${column} >= ${bound(slice.startMs)}`;
  return slice.endMs > lastMs ? from : `${from} and ${column} < ${bound(slice.endMs)}`;
}

const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The equality serves the index, but takes letters for alike as the collation says; the bytes are the value itself. */
function valueSql(column: string, value: string | null): string {
  if (value === null) return `${column} is null`;
  return `${column} = ${literal(value)} and ${bytesOf(column)} = ${bytesLiteral(value)}`;
}

/** What tells values apart: the bytes of their text in UTF-8. */
export function bytesOf(column: string): string {
  return `cast(convert(${column} using utf8mb4) as binary)`;
}
