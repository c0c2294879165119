import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { createEngine } from '../../../src/adapters/duckdb/engine.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { partitionKey } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { MiB } from '../../../src/base/units.ts';
import { defaultMeasurePlan } from '../../../src/core/metrics/plan.ts';
import { profileMetrics } from '../../../src/core/metrics/profile.ts';
import { decodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import type { IngestOutput } from '../../../src/ports/engine.ts';
import { scanOf } from '../../support/sample-files.ts';
import { engineKit, generously } from './engine-kit.ts';

const kit = engineKit();
const { folder } = kit;
after(() => kit[Symbol.asyncDispose]());

const flights = join(import.meta.dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');

function checksums(output: IngestOutput): string[] {
  return output.batches.map((batch) => batch.checksum);
}

describe('batches', () => {
  const rows = 700_000;
  const text = `id,name\n${Array.from({ length: rows }, (_, n) => `${n},name ${(n * 7919) % 1_009}\n`).join('')}`;
  const scan = folder.scan('csv', { 'large.csv': text });

  it('hold at most the rows asked for, in the order of the source, with size and checksum', async () => {
    const output = await kit.ingest(scan, { rowsPerBatch: 250_000 });
    assert.equal(output.rowCount, rows);
    assert.equal(output.batches.length, 3);
    let next = 0;
    for (const batch of output.batches) {
      assert.ok(batch.rowCount <= 250_000 && batch.rowCount > 0);
      assert.equal(batch.sizeBytes, statSync(batch.path).size);
      assert.equal(batch.checksum, createHash('sha256').update(readFileSync(batch.path)).digest('hex'));
      const { count, least, disorder } = await orderOf(batch.path);
      assert.deepEqual({ count, least, disorder }, { count: batch.rowCount, least: next, disorder: 0 });
      next += batch.rowCount;
    }
    assert.equal(next, rows);
  });

  it('leave nothing else in the directory', async () => {
    const directory = mkdtempSync(join(folder.path, 'only-'));
    const output = await kit.ingest(scan, { rowsPerBatch: 250_000, directory });
    assert.deepEqual(
      readdirSync(directory)
        .map((name) => join(directory, name))
        .sort(),
      output.batches.map((batch) => batch.path),
    );
  });

  it('have the same bytes each time, with one thread as with several', async () => {
    const single = createEngine(
      { ...kit.kit, clock: systemClock },
      { workersMax: 1, scratchDirectory: join(folder.path, 'single'), threadsMax: 1 },
    );
    const directory = mkdtempSync(join(folder.path, 'single-'));
    const alone = await single.ingest(
      { scan, directory, rowsPerBatch: 250_000, rejectedPercentMax: 0 },
      generously(),
    );
    await single.close();
    assert.ok(alone.ok);
    for (let round = 0; round < 3; round++) {
      const output = await kit.ingest(scan, { rowsPerBatch: 250_000 });
      assert.deepEqual(checksums(output), checksums(alone.value));
    }
  });

  it('of a large file have the same bytes each time, with one thread as with several, and its order', async () => {
    const path = folder.write('huge.csv', 'id,text\n');
    const filler = 'x'.repeat(150);
    for (let from = 0; from < 500_000; from += 50_000) {
      const lines = Array.from({ length: 50_000 }, (_, n) => `${from + n},${filler}\n`);
      appendFileSync(path, lines.join(''));
    }
    const huge = scanOf('csv', [path]);
    assert.ok((huge.files[0]?.sizeBytes ?? 0) > 64 * MiB);
    await using alone = engineKit(1, 1);
    const first = await alone.ingest(huge, { rowsPerBatch: limits.rowsPerBatch / 2 });
    assert.equal(first.rowCount, 500_000);
    assert.equal(first.batches.length, 2);
    const groups = await query(
      `select max(row_group_num_rows) as most, count(distinct row_group_id) as n from parquet_metadata('${first.batches[0]?.path}')`,
    );
    assert.ok(Number(groups[0]?.['most']) > 60_000 && Number(groups[0]?.['n']) < 10, JSON.stringify(groups));
    const files = first.batches.map((batch) => `'${batch.path}'`).join(', ');
    const outOfOrder = await query(
      `select count(*) as n from (select id - lag(id, 1, -1) over () as step from read_parquet([${files}])) where step <> 1`,
    );
    assert.equal(Number(outOfOrder[0]?.['n']), 0);
    for (let round = 0; round < 2; round++) {
      const again = await kit.ingest(huge, { rowsPerBatch: limits.rowsPerBatch / 2 });
      assert.deepEqual(checksums(again), checksums(first));
    }
  });

  it('have the same bytes from equal rows, though some others were rejected', async () => {
    const clean = folder.scan('csv', { 'c.csv': 'a,b\n1,x\n2,y\n' });
    const dirty = folder.scan('csv', { 'd.csv': 'a,b\n1,x\nbroken\n2,y\n' });
    assert.deepEqual(checksums(await kit.ingest(clean)), checksums(await kit.ingest(dirty)));
  });

  it('may be as small as one row', async () => {
    const output = await kit.ingest(folder.scan('csv', { 's.csv': 'a\n1\n2\n3\n' }), { rowsPerBatch: 1 });
    assert.deepEqual(
      output.batches.map((batch) => batch.rowCount),
      [1, 1, 1],
    );
    assert.deepEqual(await kit.rowsOf(output), [{ a: '1' }, { a: '2' }, { a: '3' }]);
  });

  it('are read back by DuckDB with statistics and distinct counts, also when cut from a larger file', async () => {
    const output = await kit.ingest(scan, { rowsPerBatch: 250_000 });
    const path = output.batches[1]?.path ?? '';
    const groups = await query(
      `select row_group_id g, path_in_schema c, stats_min_value lo, stats_max_value hi, stats_distinct_count d
       from parquet_metadata('${path}') where path_in_schema = 'name' or row_group_id = 0 order by all`,
    );
    assert.ok(groups.length >= 3);
    assert.ok(groups.every((group) => group['c'] !== 'name' || Number(group['d']) === 1_009));
    const bounds = await query(
      `select min(id)::varchar lo, max(id)::varchar hi from read_parquet('${path}') where id > 0`,
    );
    const first = output.batches[0]?.rowCount ?? 0;
    assert.deepEqual(bounds, [
      { lo: String(first), hi: String(first + (output.batches[1]?.rowCount ?? 0) - 1) },
    ]);
  });
});

describe('a partition of a large Parquet file', () => {
  const filter = {
    kind: 'time',
    column: 'date',
    by: 'day',
    key: partitionKey('2001-02-03'),
  } as const;
  const scan = scanOf('parquet', [flights], { filter });

  it('is cut out with exactly its rows', async () => {
    const output = await kit.ingest(scan);
    const [expected] = await query(
      `select count(*)::int n, sum(delay)::int s from read_parquet('${flights}') where date::date = '2001-02-03'`,
    );
    const [found] = await query(
      `select count(*)::int n, sum(delay)::int s from read_parquet('${output.batches[0]?.path}')`,
    );
    assert.deepEqual(found, expected);
  });
});

describe('measuring', () => {
  const text = 'a,b\n1,x\n2,y\n3,\nbad\n';

  it('gives the same of a batch, of all batches and of a Parquet source', async () => {
    const scan = folder.scan('csv', { 'm.csv': text });
    const output = await kit.ingest(scan);
    const path = output.batches[0]?.path ?? '';
    const sources = [
      { kind: 'batch', path, schema: output.schema },
      { kind: 'batches', batches: output.batches, schema: output.schema },
      { kind: 'scan', scan: scanOf('parquet', [path]) },
    ] as const;
    const measured = await Promise.all(
      sources.map(async (source) => {
        const outcome = await kit.engine.measure({ source, plan: defaultMeasurePlan }, generously());
        if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
        const decoded = decodeProfile(outcome.value.profile);
        assert.ok(decoded.ok);
        assert.equal(outcome.value.rowCount, 3);
        return profileMetrics(decoded.value);
      }),
    );
    assert.deepEqual(measured[1], measured[0]);
    assert.deepEqual(measured[2], measured[0]);
    const nulls = measured[0]?.values.find(({ metric, column }) => metric === 'null_count' && column === 'b');
    assert.equal(nulls?.value, 1);
  });

  it('measures several batches together', async () => {
    const rows = 1_000_000;
    const scan = folder.scan('csv', {
      'several.csv': `n\n${Array.from({ length: rows }, (_, n) => `${n}\n`).join('')}`,
    });
    const { batches, schema } = await kit.ingest(scan);
    assert.equal(batches.length, 2);
    const outcome = await kit.engine.measure(
      { source: { kind: 'batches', batches, schema }, plan: defaultMeasurePlan },
      generously(),
    );
    if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
    const decoded = decodeProfile(outcome.value.profile);
    assert.ok(decoded.ok);
    const { values } = profileMetrics(decoded.value);
    const valueOf = (name: string) => values.find(({ metric }) => metric === name)?.value;
    assert.deepEqual([valueOf('row_count'), valueOf('min'), valueOf('max')], [rows, 0, rows - 1]);
  });
});

async function orderOf(path: string): Promise<{ count: number; least: number; disorder: number }> {
  const [row] = await query(
    `select count(*)::int count, min(id)::int least, count_if(id <> file_row_number + first)::int disorder
     from (select id, file_row_number, min(id) over () as first from read_parquet('${path}', file_row_number = true))`,
  );
  return row as { count: number; least: number; disorder: number };
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  connection.closeSync();
  return reader.getRowObjectsJson();
}
