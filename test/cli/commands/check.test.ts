import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CommanderError } from 'commander';
import { createFilesProvider } from '../../../src/adapters/files/provider.ts';
import { createHolidays } from '../../../src/adapters/holidays/date-holidays.ts';
import { checkCommand } from '../../../src/cli/commands/check.ts';
import { textWidth } from '../../../src/cli/render/text-width.ts';
import { capturedIo } from '../../support/captured-io.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { plainCsvEngine } from '../../support/plain-csv-engine.ts';
import { type TemporaryFiles, temporaryFiles } from '../../support/temporary-files.ts';

type Run = {
  readonly exitCode: number | undefined;
  readonly text: string;
  readonly errors: string;
  readonly isClosed: boolean;
};

async function run(
  files: TemporaryFiles,
  args: readonly string[],
  options: { readonly columns?: number; readonly interrupt?: boolean } = {},
): Promise<Run> {
  const io = capturedIo({ columns: options.columns ?? 120 });
  const clock = createFakeClock();
  const engine = plainCsvEngine();
  let exitCode: number | undefined;
  let isClosed = true;
  const command = checkCommand({
    io,
    clock,
    workingDirectory: files.directory,
    readFile: (path) => readFile(path, 'utf8'),
    onInterrupt: (listener) => {
      if (options.interrupt === true) listener();
      return () => {};
    },
    startChecking: async () => {
      isClosed = false;
      return {
        engine,
        provider: createFilesProvider(engine),
        clock,
        holidays: createHolidays(),
        parallelism: 2,
        stage: async () => {
          const staging = await temporaryFiles();
          return {
            directory: staging.directory,
            [Symbol.asyncDispose]: () => staging[Symbol.asyncDispose](),
          };
        },
        [Symbol.asyncDispose]: async () => {
          isClosed = true;
        },
      };
    },
    exit: (code) => {
      exitCode = code;
    },
  });
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    exitCode = 3;
  }
  return { exitCode, text: io.text(), errors: io.errors(), isClosed };
}

const flights = `delay,origin,note
5,ORD,ok
,ATL,ok
7,ORD,ok
-3,JFK,late
`;

const checks = `checks:
  - row_count: {must_be_greater_than: 3}
columns:
  - name: delay
    checks:
      - null_percent: {must_be_less_than: 5, level: LEVEL}
`;

test('prints a table of the columns, the checks and a verdict', async () => {
  await using files = await temporaryFiles();
  await files.write('flights.csv', flights);
  await files.write('checks.yaml', checks.replace('LEVEL', 'fail'));
  const { exitCode, text, errors, isClosed } = await run(files, ['flights.csv', '-c', 'checks.yaml']);
  assert.equal(exitCode, 1);
  assert.equal(errors, '');
  assert.ok(isClosed);
  assert.match(text, /^flights\.csv\n4 rows · 3 columns · 56 B/);
  assert.match(text, /│ delay +│ BIGINT +│ +25 % │ +3 │ +−3 │ +3 │ +5 │ +7 │ █▁+█▁█ +│/);
  assert.match(text, /│ origin .*ORD 50 %, /);
  assert.match(text, /│ ✓ │ row_count +│ +4 │ [^│]*3 +│/);
  assert.match(text, /│ ✗ │ delay\.null_percent +│ +25 % │ [^│]*5 % +│/);
  assert.match(text, /✗ fail {2}1 failed, 1 check passed\n$/);
});

test('the exit code is 0 for pass, 1 for fail, 2 for warn, 3 for an error', async () => {
  await using files = await temporaryFiles();
  await files.write('flights.csv', flights);
  await files.write('warn.yaml', checks.replace('LEVEL', 'warn'));
  await files.write('fail.yaml', checks.replace('LEVEL', 'fail'));
  await files.write('error.yaml', checks.replace('LEVEL', 'warn').replace('name: delay', 'name: dealy'));
  await files.write('wrong.yaml', checks);
  const codes = await Promise.all(
    [
      [],
      ['-c', 'fail.yaml'],
      ['-c', 'warn.yaml'],
      ['-c', 'error.yaml'],
      ['-c', 'wrong.yaml'],
      ['-c', 'none.yaml'],
    ].map(async (options) => (await run(files, ['flights.csv', ...options])).exitCode),
  );
  assert.deepEqual(codes, [0, 1, 2, 3, 3, 3]);
  assert.equal((await run(files, ['missing.csv'])).exitCode, 3);
});

test('says where a checks file is wrong', async () => {
  await using files = await temporaryFiles();
  await files.write('flights.csv', flights);
  await files.write('checks.yaml', 'checks:\n  - row_cuont: {must_be: 1}\n');
  const { errors, text } = await run(files, ['flights.csv', '-c', 'checks.yaml']);
  assert.equal(text, '');
  assert.match(errors, /checks\.yaml:2:5 checks\[0\]\.row_cuont: unknown metric; did you mean “row_count”\?/);
});

test('shows rejected rows with line number, reason and text', async () => {
  await using files = await temporaryFiles();
  const rows = Array.from({ length: 40 }, (_, index) => `${index},x`);
  await files.write('a.csv', `a,b\n${rows.join('\n')}\n7,\u001b[2Jx,y\n`);
  const { exitCode, text } = await run(files, ['a.csv']);
  assert.equal(exitCode, 2);
  assert.match(text, /1 row rejected\n {2}.*a\.csv:42 has 3 fields: 7,␛\[2Jx,y\n/);
  assert.match(text, /▲ warning {2}1 row rejected/);
});

test('a file that can not be read is said with its cause', async () => {
  await using files = await temporaryFiles();
  await files.write('a.csv', 'BROKEN');
  const { exitCode, text } = await run(files, ['a.csv']);
  assert.equal(exitCode, 3);
  assert.match(text, /! .*a\.csv can not be read \(SOURCE_UNREADABLE\)/);
  assert.match(text, /! error {2}the data can not be read\n$/);
});

test('a directory shows its partitions as a trend', async () => {
  await using files = await temporaryFiles();
  for (let day = 1; day <= 3; day++) {
    await files.write(`data/2001-01-0${day}.csv`, `x\n${'1\n'.repeat(day * 4)}`);
  }
  const { exitCode, text } = await run(files, ['data']);
  assert.equal(exitCode, 0);
  assert.match(text, /3 files · 3 partitions · 24 rows/);
  assert.match(text, /Rows {2}▃▆█ /);
  assert.match(text, /✓ pass {2}too few partitions to learn from yet/);
});

test('fits into the width that is asked for', async () => {
  await using files = await temporaryFiles();
  await files.write('flights.csv', flights);
  await files.write('checks.yaml', checks.replace('LEVEL', 'warn'));
  for (const width of [60, 80, 100]) {
    const { text } = await run(files, ['flights.csv', '-c', 'checks.yaml', '--width', String(width)]);
    const widest = Math.max(...text.split('\n').map(textWidth));
    assert.ok(widest <= width, `${widest} columns instead of ${width}:\n${text}`);
  }
});

test('prints one JSON object for programs, failures too', async () => {
  await using files = await temporaryFiles();
  await files.write('flights.csv', flights);
  await files.write('checks.yaml', checks.replace('LEVEL', 'warn'));
  const report: unknown = JSON.parse((await run(files, ['flights.csv', '-c', 'checks.yaml', '--json'])).text);
  assert.ok(typeof report === 'object' && report !== null);
  assert.partialDeepStrictEqual(report, {
    dataset: 'flights',
    status: 'warn',
    exit_code: 2,
    row_count: 4,
    partitions: [
      {
        partition: 'all',
        schema: [
          { name: 'delay', type: 'BIGINT' },
          { name: 'origin', type: 'VARCHAR' },
          { name: 'note', type: 'VARCHAR' },
        ],
        metrics: { 'delay.max': { value: 7 }, 'delay.null_count': { value: 1 } },
      },
    ],
  });
  const missing = await run(files, ['missing.csv', '--json']);
  assert.equal(missing.exitCode, 3);
  assert.partialDeepStrictEqual(JSON.parse(missing.text), {
    status: 'error',
    error: { code: 'SOURCE_NOT_FOUND' },
  });
});

test('refuses a partition rule, a format and a width that it does not understand', async () => {
  await using files = await temporaryFiles();
  await files.write('flights.csv', flights);
  const rule = await run(files, ['flights.csv', '--partition-by', 'date:daily']);
  assert.equal(rule.exitCode, 3);
  assert.match(rule.errors, /must be hour, day, month or year/);
  assert.match((await run(files, ['flights.csv', '--format', 'xls'])).errors, /Allowed choices are csv/);
  assert.match((await run(files, ['flights.csv', '--width', '5'])).errors, /from 40 to 1000/);
});

test('ends with 130 when it is interrupted, and ends its workers', async () => {
  await using files = await temporaryFiles();
  await files.write('flights.csv', flights);
  const { exitCode, isClosed } = await run(files, ['flights.csv'], { interrupt: true });
  assert.equal(exitCode, 130);
  assert.ok(isClosed);
});
