import assert from 'node:assert/strict';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createEngine } from '../../../src/adapters/duckdb/engine.ts';
import { createFilesProvider } from '../../../src/adapters/files/provider.ts';
import { createHolidays } from '../../../src/adapters/holidays/date-holidays.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { checkCommand } from '../../../src/cli/commands/check.ts';
import type { Engine } from '../../../src/ports/engine.ts';
import { capturedIo } from '../../support/captured-io.ts';
import { testKit } from '../../support/kit.ts';
import { type TemporaryFiles, temporaryFiles } from '../../support/temporary-files.ts';

/** Real files through the real engine: the whole way of `assay check`. */
let engine: Engine;
let files: TemporaryFiles;

before(async () => {
  files = await temporaryFiles();
  const scratchDirectory = join(files.directory, 'scratch');
  engine = createEngine({ ...testKit(), clock: systemClock }, { workersMax: 2, scratchDirectory });
});

after(async () => {
  await engine.close();
  await files[Symbol.asyncDispose]();
});

async function run(...args: readonly string[]): Promise<{ exitCode: number; text: string; errors: string }> {
  const io = capturedIo({ columns: 140 });
  let exitCode = -1;
  const command = checkCommand({
    io,
    clock: systemClock,
    workingDirectory: files.directory,
    readFile: (path) => readFile(path, 'utf8'),
    onInterrupt: () => () => {},
    startChecking: async () => ({
      engine,
      provider: createFilesProvider(engine),
      clock: systemClock,
      holidays: createHolidays(),
      parallelism: 2,
      stage: async () => {
        const staging = await temporaryFiles();
        return { directory: staging.directory, [Symbol.asyncDispose]: () => staging[Symbol.asyncDispose]() };
      },
      [Symbol.asyncDispose]: async () => {},
    }),
    exit: (code) => {
      exitCode = code;
    },
  });
  await command.parseAsync([...args], { from: 'user' });
  return { exitCode, text: io.text(), errors: io.errors() };
}

test('a dirty CSV file is read up to its last good row, and the others are named by line', async () => {
  const rows = Array.from(
    { length: 200 },
    (_, index) => `${index},"name, ${index}",2001-01-0${(index % 9) + 1}`,
  );
  rows[120] = '1,2';
  await files.write('people.csv', `id;name;born\n`.replaceAll(';', ',') + `${rows.join('\n')}\n`);
  await files.write('checks.yaml', 'columns:\n  - name: id\n    checks:\n      - min: {must_be: 0}\n');
  const { exitCode, text } = await run('people.csv', '-c', 'checks.yaml');
  assert.equal(exitCode, 2, text);
  assert.match(text, /199 rows · 3 columns/);
  assert.match(text, /1 row rejected\n.*people\.csv:122 .*: 1,2\n/);
  assert.match(text, /│ born +│ DATE +│ +0 % │ +9 │ 2001-01-01 │/);
  assert.match(text, /│ ✓ │ id\.min /);
});

test('Parquet from elsewhere is profiled where it lies', async () => {
  const path = join(import.meta.dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');
  const { exitCode, text } = await run(path);
  assert.equal(exitCode, 0, text);
  assert.match(text, /3,000,000 rows · 5 columns/);
  assert.match(text, /│ origin +│ VARCHAR +│ +0 % │ +229 │/);
});

test('later files of a directory are judged by earlier ones, and a broken one holds up none', async () => {
  for (let day = 1; day <= 20; day++) {
    const rows = Array.from({ length: day === 20 ? 20 : 300 + (day % 4) }, (_, index) => `${index % 37},x`);
    await files.write(`daily/2001-01-${String(day).padStart(2, '0')}.csv`, `a,b\n${rows.join('\n')}\n`);
  }
  await files.write('daily/2001-01-10.csv', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0]));
  const { exitCode, text } = await run('daily', '--json');
  assert.equal(exitCode, 3);
  const report = JSON.parse(text) as {
    partitions: { partition: string; status: string; results?: { metric: string; status: string }[] }[];
  };
  assert.equal(report.partitions.length, 20);
  const byKey = new Map(report.partitions.map((partition) => [partition.partition, partition]));
  assert.equal(byKey.get('2001-01-10')?.status, 'error');
  assert.equal(byKey.get('2001-01-11')?.status, 'pass');
  const found =
    byKey.get('2001-01-20')?.results?.filter(({ status }) => status === 'fail' || status === 'warn') ?? [];
  assert.ok(
    found.some(({ metric }) => metric === 'row_count'),
    JSON.stringify(found),
  );
});

test('rows of a file are cut into partitions by a date column', async () => {
  const rows = Array.from(
    { length: 90 },
    (_, index) => `2001-0${1 + Math.floor(index / 30)}-1${index % 10},${index}`,
  );
  await files.write('events.csv', `at,n\n${rows.join('\n')}\n`);
  const { exitCode, text } = await run('events.csv', '--partition-by', 'at:month');
  assert.equal(exitCode, 0, text);
  assert.match(text, /3 partitions · 90 rows/);
  assert.match(text, /Columns of the last partition, 2001-03/);
  const missing = await run('events.csv', '--partition-by', 'when:month');
  assert.equal(missing.exitCode, 3);
  assert.match(missing.errors, /COLUMN_NOT_FOUND/);
});

const queries = `checks:
  - custom_sql:
      name: mean speed
      query: |
        select avg(distance / hours)
        from data -- of one partition
      must_be_between: [100, 700]
  - failed_rows: {name: negative distance, query: "select distance, origin from data where distance < 0"}
  - custom_sql: {name: hostile, query: "copy data to '/tmp/assay-hostile.csv'", must_be: 0}
  - duplicate_row_count: {must_be: 0}
columns:
  - name: origin
    checks:
      - duplicate_count: {must_be_less_than: 9, level: warn}
      - invalid_percent: {valid_regex: "^[A-Z]{3}$", must_be: 0}
`;

const flights = [
  'at,origin,distance,hours',
  '2001-01-01,SFO,400,1',
  '2001-01-02,LAX,-5,1',
  '2001-02-01,sfo,900,2',
  '2001-02-01,sfo,900,2',
].join('\n');

test('statements, duplicates and validity are checked on a file; a hostile statement is refused alone', async () => {
  await files.write('flights.csv', `${flights}\n`);
  await files.write('queries.yaml', queries);
  const { exitCode, text } = await run('flights.csv', '-c', 'queries.yaml');
  assert.equal(exitCode, 3, text);
  assert.match(text, /│ ! │ custom_sql\(hostile\) +│ +│ QUERY_REFUSED +│/);
  assert.match(
    text,
    /\n! custom_sql\(hostile\): the statement is no single SELECT: [^…]* what it may use\)\n/,
  );
  assert.match(text, /│ ✓ │ custom_sql\(mean speed\) +│ 323\.8 │ 100 … 700 +│/);
  assert.match(text, /│ ✗ │ duplicate_row_count +│ +1 │ = 0 +│/);
  assert.match(text, /│ ✓ │ origin\.duplicate_count +│ +1 │ < 9 +│/);
  assert.match(text, /│ ✗ │ origin\.invalid_percent\(regex=\^\[A-Z\]\{3\}\$\) +│ +50 % │ = 0 % +│/);
  assert.match(
    text,
    /failed_rows\(negative distance\): 1 row that should not exist\n.*\n│ distance │ origin │\n/,
  );
  assert.match(text, /│ -5 +│ LAX +│/);
  assert.match(text, /1 check with an error, 3 failed, 2 checks passed/);
});

test('the JSON has what is behind the numbers, where it used to have the most frequent values alone', async () => {
  await files.write('flights.csv', `${flights}\n`);
  const { text } = await run('flights.csv', '--json');
  const { partitions } = JSON.parse(text) as {
    partitions: Record<string, Record<string, { value: string }[]>>[];
  };
  const [found = {}] = partitions;
  assert.deepEqual(found['top_patterns']?.['origin']?.map(({ value }) => value).toSorted(), ['A', 'a']);
  assert.deepEqual(found['formats'], { origin: [] });
  assert.deepEqual(Object.keys(found['histogram'] ?? {}), ['at', 'distance', 'hours']);
  assert.deepEqual(found['hours'], {}, 'a date has none');
});

test('statements see the rows of their own partition, also where one Parquet file holds several', async () => {
  const csv = await files.write('flights.csv', `${flights}\n`);
  const { size, mtimeMs } = await stat(csv);
  const directory = join(files.directory, 'parquet');
  await mkdir(directory);
  const ingested = await engine.ingest(
    {
      scan: {
        kind: 'files',
        format: 'csv',
        files: [{ path: csv, sizeBytes: size, modifiedAtMs: mtimeMs }],
        hiveKeys: [],
      },
      directory,
      rowsPerBatch: 1_000,
      rejectedPercentMax: 0,
    },
    { signal: new AbortController().signal, timeoutMs: 10_000, memoryMb: 512 },
  );
  assert.ok(ingested.ok);
  const path = ingested.value.batches[0]?.path ?? '';
  await files.write('queries.yaml', queries);
  const countsOf = async (...args: string[]) => {
    const { text } = await run(path, '-c', 'queries.yaml', '--json', ...args);
    const report = JSON.parse(text) as {
      partitions: { metrics: Record<string, { value: number }>; failed_rows: { rows: string[][] }[] }[];
    };
    return report.partitions.map(({ metrics, failed_rows: rows }) => [
      metrics['failed_rows(negative distance)']?.value,
      metrics['duplicate_row_count']?.value,
      rows.flatMap((sample) => sample.rows),
    ]);
  };
  assert.deepEqual(await countsOf(), [[1, 1, [['-5', 'LAX']]]]);
  assert.deepEqual(await countsOf('--partition-by', 'at:month'), [
    [1, 0, [['-5', 'LAX']]],
    [0, 1, []],
  ]);
});
