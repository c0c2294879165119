import type { DuckDBConnection } from '@duckdb/node-api';
import { queryColumns } from '../../src/adapters/duckdb/measure/result-columns.ts';
import { identifier, literal } from '../../src/adapters/duckdb/sql.ts';
import type { StrikeColumns } from '../streams/stream.ts';
import { randomOf } from '../support/seed.ts';
import { type Injection, injectionId, type Strike } from './injection.ts';

/** The partition that is to be corrupted: the tables `part`, `yesterday` and `tenants` hold its rows. */
export type CleanPartition = {
  readonly stream: string;
  /** What chance depends on, beside the error: the partition's key, or for errors that grow the key they began at. */
  readonly chance: string;
  readonly columns: StrikeColumns;
  readonly natives: Readonly<Record<string, string>>;
  readonly daysApart: number;
  readonly day: number;
  /** `fingerprint` of the clean rows. */
  readonly fingerprint: string;
};

/**
 * Creates the table `corrupted` with the error in it. Returns the column that was struck (empty for the partition as a
 * whole), or undefined when the error changes nothing here, whatever column it strikes.
 */
export async function corrupt(
  connection: DuckDBConnection,
  injection: Injection,
  clean: CleanPartition,
): Promise<string | undefined> {
  const random = randomOf(clean.stream, clean.chance, injectionId(injection));
  const left = [...injection.targets(clean.columns)];
  while (left.length > 0) {
    const [column = ''] = left.splice(random.below(left.length), 1);
    const strike: Strike = {
      column,
      natives: clean.natives,
      columns: clean.columns,
      seed: random.below(2 ** 31),
      variant: random.below(2 ** 31),
      daysApart: clean.daysApart,
      day: clean.day,
    };
    await connection.run(`
      create or replace temp table corrupted as
      select * exclude (__n) from (${injection.select(strike)}) order by __n`);
    if ((await fingerprint(connection, 'corrupted')) !== clean.fingerprint) return column;
  }
  return undefined;
}

/** Of the columns and rows of a table, whatever the rows' order; `__n` does not count. */
export async function fingerprint(connection: DuckDBConnection, table: string): Promise<string> {
  const columns = await columnsOf(connection, table);
  const names = columns.map(({ name }) => name);
  const content = names.map((name) => `${literal(name)}: ${identifier(name)}`).join(', ');
  const reader = await connection.runAndReadAll(
    `select coalesce(sum(hash({${content}})), 0)::varchar as hash, count(*)::varchar as rows from ${table}`,
  );
  const types = columns.map(({ name, native }) => `${name} ${native}`).join(', ');
  return `${types}: ${JSON.stringify(reader.getRowsJson())}`;
}

/** The columns of a table without `__n`, with their DuckDB types. */
export async function columnsOf(
  connection: DuckDBConnection,
  table: string,
): Promise<readonly { readonly name: string; readonly native: string }[]> {
  const sql = `select column_name, column_type from (describe ${table})`;
  const described = await queryColumns(connection, sql);
  const natives = described.texts(1);
  const columns = described.texts(0).map((name, at) => ({ name, native: natives[at] ?? '' }));
  return columns.filter(({ name }) => name !== '__n');
}
