import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';
import { flightsFile } from '../../src/demo/flight-data.ts';

/** One plain DuckDB script: group the flights by day and compute the metrics that Assay computes of them. */
const numbers = ['delay', 'distance'];
const texts = ['origin', 'destination'];

const always = (column: string): string[] => [
  `count(*) - count(${column})`,
  `min(${column})`,
  `max(${column})`,
  `approx_count_distinct(${column})`,
];
const ofNumber = (column: string): string[] => [
  ...always(column),
  `sum(${column})`,
  `avg(${column})`,
  `stddev_pop(${column})`,
  `count(*) filter (${column} = 0)`,
  `count(*) filter (${column} < 0)`,
  `approx_quantile(${column}, [0.25, 0.5, 0.75, 0.95, 0.99])`,
  `approx_top_k(${column}, 20)`,
];
const ofText = (column: string): string[] => [
  ...always(column),
  `min(length(${column}))`,
  `max(length(${column}))`,
  `avg(length(${column}))`,
  `count(*) filter (${column} = '')`,
  `approx_top_k(${column}, 20)`,
];

const out = mkdtempSync(join(tmpdir(), 'assay-bench-'));
const started = performance.now();
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const columns = [
  'count(*)',
  ...always('date'),
  `approx_quantile(epoch(date), [0.25, 0.5, 0.75, 0.95, 0.99])`,
  ...numbers.flatMap(ofNumber),
  ...texts.flatMap(ofText),
];
const named = columns.map((column, at) => `${column} as m${at}`).join(', ');
await connection.run(
  `copy (select date::date as day, ${named} from '${flightsFile()}' group by 1 order by 1) to '${join(out, 'metrics.parquet')}'`,
);
console.log(JSON.stringify({ ms: performance.now() - started }));
rmSync(out, { recursive: true });
