import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';

/** DuckDB's own profile of a file, with two threads. */
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: summarize.ts FILE');
const started = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(`summarize select * from '${file}'`);
console.log(JSON.stringify({ ms: performance.now() - started, columns: reader.currentRowCount }));
