import { zstdCompressSync } from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { measureRelation } from '../../src/adapters/duckdb/measure/measure-relation.ts';
import { queryColumns } from '../../src/adapters/duckdb/measure/result-columns.ts';
import { identifier, literal } from '../../src/adapters/duckdb/sql.ts';
import { partitionKey } from '../../src/base/ids.ts';
import { day } from '../../src/base/units.ts';
import { measurePlan } from '../../src/core/datasets/measure-plan.ts';
import { columnType } from '../../src/core/datasets/schema.ts';
import { columnsOf, corrupt, fingerprint } from '../inject/corrupt.ts';
import { injectionId } from '../inject/injection.ts';
import type { RowStream } from '../streams/stream.ts';
import type { Measured, MeasuredPartition, MeasuredTest } from './measured.ts';
import { type PlannedTest, plannedTests } from './plan.ts';

/** A stream in DuckDB, one thread: gives its partitions, measured, clean and with errors. */
export class StreamTables {
  readonly keys: readonly string[];
  readonly #stream: RowStream;
  readonly #connection: DuckDBConnection;

  private constructor(stream: RowStream, connection: DuckDBConnection, keys: readonly string[]) {
    this.#stream = stream;
    this.#connection = connection;
    this.keys = keys;
  }

  static async open(stream: RowStream, dataDirectory: string): Promise<StreamTables> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run("set TimeZone = 'UTC'; set preserve_insertion_order = true");
    await stream.load(connection, dataDirectory);
    const tenant = identifier(stream.columns.tenant);
    await connection.run(`
      create table tenants as
      select ${tenant} as value from stream
      where ${tenant} is not null group by 1
      having count(distinct __key) >= 0.75 * (select count(distinct __key) from stream)
        and count(*) < 0.5 * (select count(*) from stream)
      order by count(*) desc, 1 limit 20`);
    const found = await queryColumns(connection, 'select distinct __key from stream order by 1');
    return new StreamTables(stream, connection, found.texts(0));
  }

  /** Measures the partition at `place` of the keys, and what each planned error makes of it. */
  async measure(place: number, tests = plannedTests(place)): Promise<MeasuredPartition> {
    const [key = '', before = ''] = [this.keys[place], this.keys[place - 1]];
    await this.#take('part', key);
    await this.#take('yesterday', before);
    const clean = await this.#measure('part');
    const measured: MeasuredTest[] = [];
    const context = {
      stream: this.#stream.name,
      columns: this.#stream.columns,
      natives: Object.fromEntries(clean.schema.map(({ name, type }) => [name, type.native])),
      daysApart: before === '' ? 0 : Math.round((Date.parse(key) - Date.parse(before)) / day),
      fingerprint: await fingerprint(this.#connection, 'part'),
    };
    for (const planned of tests) {
      const test = await this.#test(planned, { ...context, chance: key, day: 0 });
      if (test !== undefined) measured.push(test);
    }
    return { key: partitionKey(key), clean, tests: measured };
  }

  async #test(
    { injection, growing }: PlannedTest,
    clean: Parameters<typeof corrupt>[2],
  ): Promise<MeasuredTest | undefined> {
    const chance = growing === undefined ? clean.chance : `from ${growing.began}`;
    const day = growing?.day ?? 0;
    const column = await corrupt(this.#connection, injection, { ...clean, chance, day });
    if (column === undefined) return undefined;
    const measured = await this.#measure('corrupted');
    const began = growing === undefined ? {} : { began: growing.began };
    return { id: injectionId(injection), column, ...began, measured };
  }

  async #take(table: string, key: string): Promise<void> {
    await this.#connection.run(`
      create or replace temp table ${table} as
      select * exclude (__key), row_number() over () as __n from stream where __key = ${literal(key)}`);
  }

  async #measure(table: string): Promise<Measured> {
    const columns = await columnsOf(this.#connection, table);
    const schema = columns.map(({ name, native }) => ({ name, type: columnType(native) }));
    const names = columns.map(({ name }) => identifier(name)).join(', ');
    const measured = await measureRelation(this.#connection, {
      relation: `(select ${names} from ${table})`,
      schema,
      plan: measurePlan(this.#stream.definition),
    });
    if (!measured.ok) throw new Error(`${table}: ${measured.error.message}`, { cause: measured.error });
    const { rowCount, profile } = measured.value;
    const size = await queryColumns(
      this.#connection,
      `select coalesce(sum(strlen(concat_ws(',', ${names})) + 1), 0)::double from ${table}`,
    );
    return {
      schema,
      rowCount,
      sizeBytes: size.doubles(0)[0] ?? 0,
      profile: zstdCompressSync(profile),
    };
  }
}
