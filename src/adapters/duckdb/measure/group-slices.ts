import type { DuckDBConnection } from '@duckdb/node-api';
import { queryColumns, type ResultColumns, rowsBetween } from './result-columns.ts';

/** A result by the group of rows that its first column names. */
export type GroupSlices = {
  /** The groups that it has rows of. */
  readonly groups: readonly number[];
  /** The rows of one group; none for others. */
  of(group: number): ResultColumns;
};

/** Runs a query whose first column is the number of a group. */
export async function groupSlices(connection: DuckDBConnection, sql: string): Promise<GroupSlices> {
  const result = await queryColumns(connection, `${sql} order by 1`);
  const bounds = new Map<number, { from: number; to: number }>();
  result.doubles(0).forEach((group, at) => {
    bounds.set(group, { from: bounds.get(group)?.from ?? at, to: at + 1 });
  });
  return {
    groups: [...bounds.keys()],
    of: (group) => rowsBetween(result, bounds.get(group) ?? { from: 0, to: 0 }),
  };
}
