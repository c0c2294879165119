import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createSeededRandom } from '../support/seeded-random.ts';
import { openServiceWorkplace, type ServiceWorkplace } from '../support/service-workplace.ts';

const definition = `dataset: flights
owner: ops@example.org
provider: {type: files, path: "data/f-*.csv"}
partition: {column: date, by: day}
checks:
  - custom_sql:
      name: mean speed
      query: |
        select avg(distance / hours)
        from data
      must_be_between: [100, 700]
  - failed_rows: {name: negative distance, query: "select * from data where distance < 0"}
  - custom_sql: {name: hostile, query: "select count(*) from read_csv('/etc/passwd')", must_be: 0}
columns:
  - name: origin
    valid_regex: "^[A-Z]{3}$"
    checks:
      - invalid_percent: {must_be: 0}
`;

/** Statements of people over whole partitions, from the YAML to what the commands show. */
describe('queries of a dataset', () => {
  let workplace: ServiceWorkplace;

  before(async () => {
    workplace = await openServiceWorkplace(async (directory) => {
      await mkdir(join(directory, 'data'));
      for (let day = 1; day <= 12; day += 1) await writeDay(directory, day);
      await writeFile(join(directory, 'flights.yaml'), definition);
    });
  });

  after(() => workplace.close());

  it('are learned from in a backfill; a hostile one is an error of its check alone', async () => {
    assert.equal((await workplace.assay('apply', '-f', 'flights.yaml')).exitCode, 0);
    const backfill = await workplace.assay('backfill', 'flights');
    assert.match(backfill.text, /backfill succeeded in .*: 12 partitions/, backfill.errors);
    const results = await workplace.assay('results', 'flights', '--json');
    assert.equal(results.exitCode, 3);
    const byCheck = new Map<string, { status: string; record: { code?: string } }>(
      results.json.results.map((result: { check: string }) => [result.check, result]),
    );
    const errors = [...byCheck].filter(([, { status }]) => status === 'error');
    assert.deepEqual(
      errors.map(([check, { record }]) => [check, record.code]),
      [['custom_sql(hostile) must be 0', 'QUERY_REFUSED']],
    );
    assert.equal(byCheck.get('custom_sql(mean speed) must be between 100 and 700')?.status, 'pass');
    assert.equal(byCheck.get('failed_rows(negative distance) must be 0')?.status, 'pass');
    assert.equal(byCheck.get('origin.invalid_percent(regex=^[A-Z]{3}$) must be 0 %')?.status, 'pass');
    assert.ok(byCheck.has('custom_sql(mean speed)'), 'and its learned threshold');
    const series = await workplace.call(
      'GET',
      `/datasets/flights/metrics/${encodeURIComponent('custom_sql(mean speed)')}`,
    );
    assert.equal(series.body.points.length, 12);
  });

  it('show the rows that should not exist, and are found by their name', async () => {
    await writeDay(workplace.directory, 13, ['2001-01-13,SFO,-7,1', '2001-01-13,sfo,-8,2']);
    assert.equal((await workplace.assay('scan', 'flights', '--wait')).exitCode, 3);
    const results = await workplace.assay('results', 'flights');
    assert.match(results.text, /failed_rows\(negative distance\): 2 rows that should not exist\n/);
    assert.match(results.text, /│ 2001-01-13 │ sfo +│ -8 +│ 2 +│/);
    const explained = await workplace.assay('explain', 'flights', '2001-01-13', 'negative distance');
    assert.equal(explained.exitCode, 0, explained.errors);
    assert.match(explained.text, /failed_rows\(negative distance\) 2; must be 0/);
    assert.match(explained.text, /│ 2001-01-13 │ SFO +│ -7 +│ 1 +│/);
    const { body } = await workplace.call('GET', '/datasets/flights/details?partition=2001-01-13');
    assert.equal(body.revision.number, 1);
    assert.deepEqual(body.failedRows, [
      {
        metric: 'failed_rows(negative distance)',
        count: 2,
        columns: ['date', 'origin', 'distance', 'hours'],
        rows: [
          ['2001-01-13', 'SFO', '-7', '1'],
          ['2001-01-13', 'sfo', '-8', '2'],
        ],
      },
    ]);
    const { status } = await workplace.call('GET', '/datasets/flights/details?partition=1999-01-01');
    assert.equal(status, 404);
  });

  it('that are new are put to a partition when somebody forces its scan', async () => {
    const added = definition
      .replace(/ {2}- custom_sql: \{name: hostile.*\n/, '  - duplicate_row_count: {must_be: 0}\n')
      .replace('negative distance, query', 'far, query')
      .replace('distance < 0', 'distance > 10000');
    await writeFile(join(workplace.directory, 'flights.yaml'), added);
    const applied = await workplace.assay('apply', '-f', 'flights.yaml');
    assert.match(applied.text, /duplicate_row_count/);
    assert.match(applied.errors, /next: assay backfill flights --force/);
    const before = await workplace.assay('results', 'flights', '--partition', '2001-01-12');
    assert.match(before.errors, /2 checks are newer than these verdicts/);
    assert.match(
      before.errors,
      /\n {2}(?:failed_rows\(far\)|duplicate_row_count) must be 0\n {2}(?:failed|dup)/,
    );
    await workplace.assay('scan', 'flights', '--partition', '2001-01-12', '--force', '--wait');
    const results = await workplace.assay('results', 'flights', '--partition', '2001-01-12', '--json');
    const checks = results.json.results.map(
      ({ check, status }: { check: string; status: string }) => `${status} ${check}`,
    );
    assert.ok(checks.includes('pass failed_rows(far) must be 0'), checks.join('\n'));
    assert.ok(checks.includes('pass duplicate_row_count must be 0'), checks.join('\n'));
    assert.equal(results.exitCode, 0);
    assert.deepEqual(results.json.unanswered, []);
    const again = await workplace.assay('backfill', 'flights', '--force');
    assert.match(again.text, /backfill succeeded in .*: 13 partitions/, again.errors);
    const all = await workplace.assay(
      'results',
      'flights',
      '--all',
      '--check',
      'failed_rows(far) must be 0',
      '--json',
    );
    const found = all.json.results.map(({ status }: { status: string }) => status);
    assert.deepEqual(
      found,
      Array.from({ length: 13 }, () => 'pass'),
    );
  });
});

/** One day of made-up flights, always the same for the same day, and some rows more. */
async function writeDay(directory: string, day: number, more: readonly string[] = []): Promise<void> {
  const date = `2001-01-${String(day).padStart(2, '0')}`;
  const random = createSeededRandom(day);
  const rows = Array.from({ length: 60 }, (_, at) => {
    return `${date},${random.pick(['ATL', 'ORD', 'JFK'])},${300 + at * 10 + random.below(5)},${1 + (at % 2)}`;
  });
  const text = ['date,origin,distance,hours', ...rows, ...more].join('\n');
  await writeFile(join(directory, 'data', `f-${date}.csv`), `${text}\n`);
}
