import { startPostgres } from '../../test/support/postgres-server.ts';
import { type Bench, caseOf, peaks, ratios, times } from '../support/bench.ts';

/** About as many bytes as a row of the table below has as CSV. */
const rowBytes = 190;
const largeBytes = 4 * 1024 ** 3;

/**
 * Reading a table of a PostgreSQL server into batches, against `psql` with COPY into a file and DuckDB's own COPY from that
 * into Parquet.
 */
export async function postgresSuite(bench: Bench): Promise<void> {
  const { folder } = bench;
  const { rows, large } = bench.options;
  await using server = await startPostgres();
  const url = await server.createDatabase();
  await bench.progress('filling the table', () => fill(url, rows));
  const name = `a table of ${rows.toLocaleString('en')} rows, 18 columns`;
  const [ours, plain] = await bench.inTurn([
    caseOf('postgres-ingest.ts', url, folder),
    caseOf('postgres-psql.ts', url, folder),
  ]);
  bench.add(`${name}: read into batches`, 'ms', times(ours), '–');
  bench.add(`${name}: psql COPY, then COPY to Parquet by DuckDB`, 'ms', times(plain), '–');
  bench.add('speed of the first in that of the second', 'ratio', ratios(times(plain), times(ours)), '≥ 0.7');
  bench.add('peak memory of all processes of the reading', 'bytes', peaks(ours), '≤ 1 GiB');
  if (!large) return;
  const many = Math.ceil(largeBytes / rowBytes);
  await bench.progress('filling a larger table', () => fill(url, many));
  const [big] = await bench.inTurn([caseOf('postgres-ingest.ts', url, folder)], 1);
  bench.add(`a table of ${many.toLocaleString('en')} rows: peak memory`, 'bytes', peaks(big), '≤ 1 GiB');

  async function fill(of: string, count: number): Promise<void> {
    await server.asSuperuser(of, 'drop table if exists trips');
    await server.asSuperuser(
      of,
      `create unlogged table trips as select n as id, n % 100 as vendor, (n * 7919) % 1000003 as big, (n % 7)::smallint as seats,
         (n % 10000 / 100.0)::numeric(10,2) as fare, (n % 777 / 10.0)::numeric(10,2) as tip, random() as lat, random() as lon,
         n / 3.0::float8 as distance, date '2001-01-01' + (n % 365)::int as day,
         timestamptz '2001-01-01' + n * interval '1.234567 s' as started, timestamp '2001-01-01' + n * interval '2 s' as ended,
         'driver ' || n % 5000 as driver, md5(n::text) as hash, case when n % 5 > 0 then 'a note, about ' || n end as note,
         n % 3 = 0 as paid, (array['cash', 'card', 'app'])[1 + n % 3] as payment, md5((n / 2)::text)::uuid as customer
       from generate_series(1, ${count}::bigint) n`,
    );
    await server.asSuperuser(of, 'grant select on trips to public');
    await server.asSuperuser(of, 'vacuum analyze trips');
  }
}
