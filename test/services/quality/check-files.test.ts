import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFilesProvider } from '../../../src/adapters/files/provider.ts';
import { createHolidays } from '../../../src/adapters/holidays/date-holidays.ts';
import { decodeChecks } from '../../../src/core/datasets/decode.ts';
import {
  type CheckFilesDependencies,
  type CheckFilesRequest,
  type CheckProgress,
  type CheckReport,
  checkFiles,
  type PartitionReport,
} from '../../../src/services/quality/check-files.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { plainCsvEngine } from '../../support/plain-csv-engine.ts';
import { type TemporaryFiles, temporaryFiles } from '../../support/temporary-files.ts';

function dependenciesIn(
  files: TemporaryFiles,
): CheckFilesDependencies & { readonly asked: string[]; staged: number } {
  const engine = plainCsvEngine();
  const dependencies = {
    engine,
    asked: engine.asked,
    provider: createFilesProvider(engine),
    clock: createFakeClock(),
    holidays: createHolidays(),
    parallelism: 2,
    staged: 0,
    stage: async () => {
      const staging = await temporaryFiles();
      dependencies.staged += 1;
      return {
        directory: staging.directory,
        [Symbol.asyncDispose]: async () => {
          dependencies.staged -= 1;
          await staging[Symbol.asyncDispose]();
        },
      };
    },
  };
  assert.ok(files.directory !== '');
  return dependencies;
}

function checksOf(input: unknown = {}) {
  const decoded = decodeChecks(input);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}

async function reportOf(
  dependencies: CheckFilesDependencies,
  request: Partial<CheckFilesRequest> & Pick<CheckFilesRequest, 'paths'>,
): Promise<CheckReport> {
  const signal = new AbortController().signal;
  const checked = await checkFiles(dependencies, { checks: checksOf(), signal, ...request });
  assert.ok(checked.ok, checked.ok ? '' : checked.error.message);
  return checked.value;
}

function checkedPart(partition: PartitionReport | undefined) {
  assert.equal(partition?.found.kind, 'checked');
  return partition.found;
}

test('profiles every column of a file and checks what was set', async () => {
  await using files = await temporaryFiles();
  const path = await files.write('flights.csv', 'delay,origin\n5,ORD\n,ATL\n7,ORD\n');
  const checks = checksOf({
    checks: [{ row_count: { must_be: 3 } }],
    columns: [{ name: 'delay', checks: [{ null_percent: { must_be_less_than: 5, level: 'warn' } }] }],
  });
  const report = await reportOf(dependenciesIn(files), { paths: [path], checks });
  assert.equal(report.dataset, 'flights');
  assert.equal(report.status, 'warn');
  assert.equal(report.rowCount, 3);
  const found = checkedPart(report.partitions[0]);
  assert.deepEqual(
    found.results.filter(({ record }) => record.kind === 'set').map(({ check, status }) => [check, status]),
    [
      ['row_count must be 3', 'pass'],
      ['delay.null_percent must be less than 5 %', 'warn'],
    ],
  );
  const max = found.values.find(({ metric, column }) => metric === 'max' && column === 'delay');
  assert.equal(max?.value, 7);
});

test('several files and a glob are one dataset', async () => {
  await using files = await temporaryFiles();
  const paths = [await files.write('a.csv', 'x\n1\n2\n'), await files.write('b.csv', 'x\n3\n')];
  const byName = await reportOf(dependenciesIn(files), { paths });
  const byGlob = await reportOf(dependenciesIn(files), { paths: [join(files.directory, '*.csv')] });
  for (const report of [byName, byGlob]) {
    assert.deepEqual(
      report.partitions.map(({ key }) => key),
      ['all'],
    );
    assert.equal(report.rowCount, 3);
    assert.equal(report.fileCount, 2);
  }
});

test('a file named twice counts once', async () => {
  await using files = await temporaryFiles();
  const path = await files.write('a.csv', 'x\n1\n2\n');
  const report = await reportOf(dependenciesIn(files), { paths: [path, path] });
  assert.equal(report.rowCount, 2);
});

test('the files of a directory are partitions, and the later ones are judged by the earlier ones', async () => {
  await using files = await temporaryFiles();
  for (let day = 1; day <= 28; day++) {
    const rows = day === 28 ? 3 : 200 + (day % 3);
    const lines = Array.from({ length: rows }, (_, index) => String(index % 50));
    await files.write(`data/2001-02-${String(day).padStart(2, '0')}.csv`, `x\n${lines.join('\n')}\n`);
  }
  const report = await reportOf(dependenciesIn(files), { paths: [join(files.directory, 'data')] });
  assert.equal(report.partitions.length, 28);
  assert.equal(report.partitions[0]?.status, 'pass');
  assert.match(report.partitions[27]?.key ?? '', /2001-02-28/);
  assert.equal(report.status, report.partitions[27]?.status);
  const alarms = checkedPart(report.partitions[27]).results.filter(
    ({ status }) => status === 'fail' || status === 'warn',
  );
  assert.ok(alarms.some(({ metric }) => metric === 'row_count'));
});

test('a partition that can not be read holds up no other', async () => {
  await using files = await temporaryFiles();
  await files.write('data/1.csv', 'x\n1\n');
  await files.write('data/2.csv', 'BROKEN');
  await files.write('data/3.csv', 'x\n3\n');
  const report = await reportOf(dependenciesIn(files), { paths: [join(files.directory, 'data')] });
  assert.equal(report.status, 'error');
  assert.deepEqual(
    report.partitions.map(({ status, found }) => [status, found.kind]),
    [
      ['pass', 'checked'],
      ['error', 'failed'],
      ['pass', 'checked'],
    ],
  );
});

test('rejected rows are a warning, unless a check says how many may be', async () => {
  await using files = await temporaryFiles();
  const rows = Array.from({ length: 60 }, (_, index) => `${index},a`);
  const path = await files.write('a.csv', `x,y\n${rows.join('\n')}\n1\n`);
  const plain = await reportOf(dependenciesIn(files), { paths: [path] });
  assert.equal(plain.status, 'warn');
  assert.equal(plain.partitions[0]?.rejected.samples[0]?.row, 62);
  const checks = checksOf({ checks: [{ rejected_count: { must_be_less_than: 2 } }] });
  assert.equal((await reportOf(dependenciesIn(files), { paths: [path], checks })).status, 'pass');
});

test('too many rejected rows are an error that keeps its samples', async () => {
  await using files = await temporaryFiles();
  const path = await files.write('a.csv', 'x,y\n1,2\n1\n1\n');
  const report = await reportOf(dependenciesIn(files), { paths: [path] });
  assert.equal(report.status, 'error');
  const [partition] = report.partitions;
  assert.equal(partition?.found.kind, 'failed');
  assert.equal(partition.found.failure.code, 'REJECTED_TOO_MANY');
  assert.equal(partition.rejected.samples.length, 2);
  const lenient = checksOf({ limits: { rejected_percent_max: 80 } });
  assert.equal((await reportOf(dependenciesIn(files), { paths: [path], checks: lenient })).status, 'warn');
});

test('a check on a column that does not exist is an error', async () => {
  await using files = await temporaryFiles();
  const path = await files.write('a.csv', 'delay\n1\n');
  const checks = checksOf({ columns: [{ name: 'dealy', checks: [{ avg: { must_be: 1 } }] }] });
  const report = await reportOf(dependenciesIn(files), { paths: [path], checks });
  assert.equal(report.status, 'error');
});

test('parquet is measured where it lies, text goes through batches that are removed', async () => {
  await using files = await temporaryFiles();
  const dependencies = dependenciesIn(files);
  const path = await files.write('a.parquet', 'x\n1\n');
  await reportOf(dependencies, { paths: [path] });
  assert.deepEqual(dependencies.asked, [`measure ${path}`]);
  const text = await files.write('a.csv', 'x\n1\n');
  await reportOf(dependencies, { paths: [text] });
  assert.deepEqual(dependencies.asked.slice(1), [`ingest ${text}`]);
  assert.equal(dependencies.staged, 0);
  assert.deepEqual((await readdir(files.directory)).toSorted(), ['a.csv', 'a.parquet']);
});

test('says when nothing is there, when formats are mixed, and when a directory is not alone', async () => {
  await using files = await temporaryFiles();
  const paths = [await files.write('a.csv', 'x\n1\n'), await files.write('b.parquet', 'x\n1\n')];
  const signal = new AbortController().signal;
  const checks = checksOf();
  const codeOf = async (given: readonly string[]): Promise<string> => {
    const checked = await checkFiles(dependenciesIn(files), { paths: given, checks, signal });
    return checked.ok ? 'ok' : checked.error.code;
  };
  assert.equal(await codeOf([join(files.directory, 'none.csv')]), 'SOURCE_NOT_FOUND');
  assert.equal(await codeOf(paths), 'REQUEST_INVALID');
  await files.write('data/a.csv', 'x\n1\n');
  await files.write('data/b.csv', 'x\n1\n');
  assert.equal(await codeOf([join(files.directory, 'data'), paths[0] ?? '']), 'REQUEST_INVALID');
});

test('reports progress up to the end, and stops when it is told to', async () => {
  await using files = await temporaryFiles();
  for (let file = 0; file < 5; file++) await files.write(`data/${file}.csv`, 'x\n1\n');
  const seen: CheckProgress[] = [];
  const paths = [join(files.directory, 'data')];
  await reportOf(dependenciesIn(files), { paths, onProgress: (progress) => seen.push(progress) });
  assert.equal(seen.at(-1)?.done, 5);
  assert.ok(seen.every(({ done, total }, index) => total === 5 && done >= (seen[index - 1]?.done ?? 0)));

  const stop = new AbortController();
  const onProgress = (): void => stop.abort();
  const stopped = await checkFiles(dependenciesIn(files), {
    paths,
    checks: checksOf(),
    signal: stop.signal,
    onProgress,
  });
  assert.equal(stopped.ok ? 'ok' : stopped.error.code, 'TASK_CANCELLED');
});
