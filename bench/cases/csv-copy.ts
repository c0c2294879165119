import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';

/** DuckDB's own way from CSV to Parquet, with the same number of threads and the same compression. */
const [csv, folder] = process.argv.slice(2);
if (csv === undefined || folder === undefined) throw new Error('usage: csv-copy.ts FILE FOLDER');
const out = mkdtempSync(join(folder, 'copy-'));
const started = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
await connection.run(
  `copy (select * from read_csv('${csv}')) to '${join(out, 'all.parquet')}' (format parquet, compression zstd, compression_level 1)`,
);
console.log(JSON.stringify({ ms: performance.now() - started }));
rmSync(out, { recursive: true });
