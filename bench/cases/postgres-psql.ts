import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';

/** The way of the two tools from a table to Parquet, with the same number of threads, types and compression. */
const [url, folder] = process.argv.slice(2);
if (url === undefined || folder === undefined) throw new Error('usage: postgres-psql.ts URL FOLDER');
const out = mkdtempSync(join(folder, 'psql-'));
const csv = join(out, 'trips.csv');
const columns = {
  id: 'BIGINT',
  vendor: 'BIGINT',
  big: 'BIGINT',
  seats: 'SMALLINT',
  fare: 'DECIMAL(10,2)',
  tip: 'DECIMAL(10,2)',
  lat: 'DOUBLE',
  lon: 'DOUBLE',
  distance: 'DOUBLE',
  day: 'DATE',
  started: 'TIMESTAMP WITH TIME ZONE',
  ended: 'TIMESTAMP',
  driver: 'VARCHAR',
  hash: 'VARCHAR',
  note: 'VARCHAR',
  paid: 'BOOLEAN',
  payment: 'VARCHAR',
  customer: 'UUID',
};
const types = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`);
const started = performance.now();
execFileSync('psql', [url, '--no-psqlrc', '-c', `\\copy (select * from trips) to '${csv}' (format csv)`], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, PGTZ: 'UTC' },
});
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
await connection.run(
  `copy (select * from read_csv('${csv}', header = false, auto_detect = false, delim = ',', quote = '"', escape = '"',
     columns = {${types.join(', ')}})) to '${join(out, 'all.parquet')}' (format parquet, compression zstd, compression_level 1)`,
);
console.log(JSON.stringify({ ms: performance.now() - started }));
rmSync(out, { recursive: true });
