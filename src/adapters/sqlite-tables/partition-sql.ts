import { nullPartition } from '../../core/datasets/partition-key.ts';
import type { PartitionFilter } from '../../core/datasets/source.ts';
import { timeSliceOf } from '../../core/datasets/time-slice.ts';
import { identifier, literal } from './sql.ts';
import { sliceBounds } from './time-order.ts';

/** Texts from the year 1 on that begin with a digit: numbers sort before them, other texts and bytes behind. */
export const [firstTime, behindTimes] = ["'0001-01-01'", "':'"];

/** The rows of a partition: ranges and equalities on the columns themselves, so that an index can serve them. */
export function filterSql(filter: PartitionFilter): string {
  if (filter.kind === 'columns') {
    const terms = Object.entries(filter.values).map(([name, value]) => valueSql(identifier(name), value));
    return terms.length === 0 ? 'true' : terms.join(' and ');
  }
  const column = identifier(filter.column);
  if (filter.key === nullPartition) {
    return `(${column} is null or ${column} < ${firstTime} or ${column} >= ${behindTimes})`;
  }
  const slice = timeSliceOf(filter.key);
  if (slice === undefined) return 'false';
  const ranges = sliceBounds(slice).map(
    ([from, to]) =>
      `${column} >= ${literal(from)} and ${column} < ${to === undefined ? behindTimes : literal(to)}`,
  );
  return ranges.length === 1 ? ranges.join('') : `(${ranges.join(' or ')})`;
}

/**
 * A value as its text, whichever way it is stored. The list serves the index, but takes letters for alike if the column's
 * collation does; the text is the value itself.
 */
function valueSql(column: string, value: string | null): string {
  if (value === null) return `${column} is null`;
  const numbers = /^-?\d+(?:\.\d+)?$/.test(value) ? [value] : [];
  return `${column} in (${[literal(value), ...numbers].join(', ')}) and ${textOf(column)} = ${literal(value)}`;
}

/** The text of a value, compared by its bytes. */
export function textOf(column: string): string {
  return `cast(${column} as text) collate binary`;
}
