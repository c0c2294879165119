import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatDuration } from '../src/base/units.ts';
import { renderTable } from '../src/cli/render/table.ts';
import { makeTripsCsv } from './support/make-csv.ts';
import { median, type Run, run } from './support/run.ts';

/**
 * Measures what the README and the docs claim, side by side in one run: commands in turn, medians, ratios pair by pair.
 * `npm run bench -- [--runs 3] [--rows 10000000] [--only flights|csv|start] [--large]`; writes bench/out/report.json.
 */
const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    rows: { type: 'string', default: '10000000' },
    only: { type: 'string' },
    large: { type: 'boolean', default: false },
  },
});
const runs = Number(options.runs);
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));

type Row = { readonly what: string; readonly figure: string; readonly target: string; readonly runs: string };
const rows: Row[] = [];

try {
  if (wanted('flights')) await flights();
  if (wanted('csv')) await csv();
  if (wanted('start')) await start();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

async function flights(): Promise<void> {
  const pairs = await inTurn([caseOf('flights-backfill.ts'), caseOf('plain-flights.ts')]);
  const [ours, plain] = pairs;
  add('backfill of 182 partitions, 3,000,000 rows', 'ms', times(ours), '≤ 20 s, aim 10 s');
  add('one DuckDB script that computes the same metrics', 'ms', times(plain), '–');
  add('ratio of the two', 'ratio', ratios(times(ours), times(plain)), 'reported, aim ≤ 5');
}

async function csv(): Promise<void> {
  const file = join(folder, 'trips.csv');
  await progress('writing the CSV file', () => makeTripsCsv(file, Number(options.rows)));
  const name = `${formatBytes(statSync(file).size)} of CSV, ${Number(options.rows).toLocaleString('en')} rows`;
  const pairs = await inTurn([caseOf('csv-ingest.ts', file, folder), caseOf('csv-copy.ts', file, folder)]);
  const [ours, plain] = pairs;
  add(`${name}: ingest into batches`, 'ms', times(ours), '–');
  add(`${name}: COPY to Parquet by DuckDB`, 'ms', times(plain), '–');
  add('ratio of the two', 'ratio', ratios(times(ours), times(plain)), '≤ 1.2');
  add(
    'peak memory of all processes of the ingest',
    'bytes',
    (ours ?? []).map((one) => one.peakBytes),
    '≤ 1.5 GiB',
  );
  rmSync(file);
  if (!options.large) return;
  await progress('writing the large CSV file', () => makeTripsCsv(file, 3 * Number(options.rows)));
  const large = await run(process.execPath, caseOf('csv-ingest.ts', file, folder));
  add(
    `${formatBytes(statSync(file).size)} of CSV: peak memory`,
    'bytes',
    [large.peakBytes],
    'no more than that',
  );
  rmSync(file);
}

async function start(): Promise<void> {
  const [demo] = await inTurn([[join(here, '../src/main.ts'), 'demo', '--once', '--json']]);
  const reports = (demo ?? []).map((one) => JSON.parse(one.lastLine) as { untilIncidentMs: number });
  const startMs = (demo ?? []).map(
    (one, at) => one.wallMs - (totalOf(one) - (reports[at]?.untilIncidentMs ?? 0)),
  );
  add('npm start until the incident is printed', 'ms', startMs, '≤ 30 s');
}

function totalOf(one: Run): number {
  return (JSON.parse(one.lastLine) as { totalMs: number }).totalMs;
}

/** Runs each command once per round, one after the other, so that a change of the machine's speed meets all of them. */
async function inTurn(commands: readonly (readonly string[])[]): Promise<Run[][]> {
  const results: Run[][] = commands.map(() => []);
  for (let round = 0; round < runs; round += 1) {
    for (const [at, args] of commands.entries()) {
      const label = `${args[0]?.split('/').at(-1)} ${round + 1}/${runs}`;
      await progress(label, async () => results[at]?.push(await run(process.execPath, args)));
    }
  }
  return results;
}

async function progress(label: string, work: () => Promise<unknown>): Promise<void> {
  process.stderr.write(`${label} … `);
  const started = process.hrtime.bigint();
  await work();
  process.stderr.write(`${formatDuration(Number(process.hrtime.bigint() - started) / 1e6)}\n`);
}

function caseOf(name: string, ...args: readonly string[]): string[] {
  return [join(here, 'cases', name), ...args];
}

function times(of: readonly Run[] | undefined): number[] {
  return (of ?? []).map((one) => (JSON.parse(one.lastLine) as { ms: number }).ms);
}

function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, at) => value / (b[at] ?? Number.NaN));
}

function add(what: string, unit: 'ms' | 'ratio' | 'bytes', figures: readonly number[], target: string): void {
  const text = (value: number): string => {
    if (unit === 'ratio') return value.toFixed(2);
    return unit === 'ms' ? formatDuration(value) : formatBytes(Math.round(value));
  };
  rows.push({ what, figure: text(median(figures)), target, runs: figures.map(text).join(', ') });
}

function report(): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${formatBytes(totalmem())}`;
  const columns = [
    { title: 'what' },
    { title: 'median', align: 'right' as const },
    { title: 'target' },
    { title: 'runs' },
  ];
  const cells = rows.map((row) => [row.what, row.figure, row.target, row.runs]);
  process.stdout.write(renderTable({ columns, rows: cells }, { width: 140, color: false }));
  mkdirSync(join(here, 'out'), { recursive: true });
  writeFileSync(join(here, 'out', 'report.json'), `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}

function wanted(part: string): boolean {
  return options.only === undefined || options.only === part;
}
