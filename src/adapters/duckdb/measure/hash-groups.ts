import type { DuckDBConnection } from '@duckdb/node-api';
import { rank, rankBits, registerCount } from '../../../core/metrics/sketches/hyper-log-log.ts';
import type { MeasuredColumn } from './measured-column.ts';
import { queryColumns, type ResultColumns } from './result-columns.ts';

/** A column's values grouped by the register that their hash chooses: at most 4,096 groups. */
export type HashGroups = {
  /** HyperLogLog registers. */
  readonly registers: Uint8Array;
  /** Rows of each group of `result`, nulls left out. */
  readonly counts: Float64Array;
  /** Rows of each register. */
  readonly rowsOfRegister: Float64Array;
  readonly missing: number;
  /** The query's result; the asked aggregates start at column `firstAggregate`. */
  readonly result: ResultColumns;
};

export const firstAggregate = 4;

/**
 * HyperLogLog and any aggregates in one query. DuckDB groups by the register; the rank falls as the other bits of the hash
 * rise, so their minimum is enough, and no function for leading zeros is needed. `aggregates` are over `v`.
 * Groups come in the order of their registers, so that merging them gives the same bits every time.
 */
export async function queryHashGroups(
  connection: DuckDBConnection,
  column: Pick<MeasuredColumn, 'values' | 'missing'>,
  aggregates: readonly string[],
): Promise<HashGroups> {
  const missing = column.missing === undefined ? '0' : `count_if(${column.missing})`;
  const result = await queryColumns(
    connection,
    `select ${registerOf('h')}::double, min((h >> 12) & ${2 ** rankBits - 1})::double, count(*)::double,
       ${[`${missing}::double`, ...aggregates].join(', ')}
     from (select hash(v) as h, v from ${column.values}) group by ${registerOf('h')} order by 1`,
  );
  const numbers = result.doubles(0);
  const leasts = result.doubles(1);
  const counts = result.doubles(2);
  const registers = new Uint8Array(registerCount);
  const rowsOfRegister = new Float64Array(registerCount);
  numbers.forEach((register, group) => {
    registers[register] = rank(leasts[group] ?? 0);
    rowsOfRegister[register] = counts[group] ?? 0;
  });
  return { registers, counts, rowsOfRegister, missing: total(result.doubles(3)), result };
}

/** The register of a hash. */
export function registerOf(hash: string): string {
  return `(${hash} & ${registerCount - 1})`;
}

/** The sum of a list. */
export function total(numbers: Float64Array): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
