import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { day, hour } from '../../src/base/units.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { type TemporaryFiles, temporaryFiles } from '../support/temporary-files.ts';

/** Published at about three in the night after each day. */
async function writeDays(files: TemporaryFiles, days: number): Promise<void> {
  for (let at = 0; at < days; at += 1) {
    const startMs = Date.UTC(2001, 0, 1) + at * day;
    const date = new Date(startMs).toISOString().slice(0, 10);
    const lines = Array.from(
      { length: 60 },
      (_, row) => `${date},${at * 60 + row},${row % 3 === 0 ? '' : 'ATL'},${row}`,
    );
    const path = await files.write(`daily/f-${date}.csv`, `date,id,origin,delay\n${lines.join('\n')}\n`);
    const arrived = (startMs + day + 3 * hour + (at % 5) * 60_000) / 1_000;
    await utimes(path, arrived, arrived);
  }
}

describe('a preview of a source', () => {
  let files: TemporaryFiles;
  let api: ApiService;
  before(async () => {
    files = await temporaryFiles();
    api = await startApi();
    await writeDays(files, 20);
    await files.write('hive/year=2001/month=1/a.csv', 'n\n1\n');
    await files.write('hive/year=2001/month=2/a.csv', 'n\n2\n');
  });
  after(async () => {
    await api[Symbol.asyncDispose]();
    await files[Symbol.asyncDispose]();
  });
  const preview = (body: object) =>
    api.call('POST', '/previews', { baseDirectory: files.directory, ...body });

  it('tells columns, how to cut it, when it comes, first rows and checks, and registers nothing', async () => {
    const { status, body } = await preview({ provider: { type: 'files', path: 'daily/f-*.csv' } });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(
      body.columns.map((one: { name: string; kind: string }) => `${one.name} ${one.kind}`),
      ['date date', 'id integer', 'origin string', 'delay integer'],
    );
    assert.deepEqual(body.partition, { column: 'date', by: 'day' });
    assert.deepEqual(
      body.proposals.map((one: { rule: unknown }) => one.rule),
      [{ column: 'date', by: 'day' }, { file: true }, 'none'],
    );
    assert.equal(body.partitions.count, 20);
    assert.equal(body.partitions.named.at(-1).key, '2001-01-20');
    assert.deepEqual(body.publish.rule, { type: 'periodic', cron: '15 3 * * *', time_zone: 'UTC' });
    assert.equal(body.rows.rows.length, 6);
    assert.deepEqual(body.rows.rows[0], ['2001-01-20', '1140', null, '0']);
    const origin = body.columns.find((one: { name: string }) => one.name === 'origin');
    assert.ok(Math.abs(origin.nullPercent - 100 / 3) < 0.1);
    assert.deepEqual(body.read, { partitions: 5, rows: 300 });
    const kinds = body.suggestions.map(
      (one: { column?: string; kind: string }) => `${one.column} ${one.kind}`,
    );
    assert.ok(kinds.includes('id not_null'), kinds.join());
    assert.deepEqual(body.remarks, []);
    assert.deepEqual((await api.call('GET', '/datasets')).body.datasets, []);
  });

  it('cuts it as it is asked to', async () => {
    const { body } = await preview({
      provider: { type: 'files', path: 'daily/f-*.csv' },
      partition: { file: true },
    });
    assert.deepEqual(body.partition, { file: true });
    assert.equal(body.partitions.named.at(-1).key, '2001-01-20');
  });

  it('proposes the keys of paths, and no schedule for files that came at once', async () => {
    const { body } = await preview({ provider: { type: 'files', path: 'hive' } });
    assert.deepEqual(body.partition, { path: 'year/month' });
    assert.equal(body.publish, undefined);
  });

  it('says what is wrong with what it was asked', async () => {
    const nothing = await preview({ provider: { type: 'files', path: 'nowhere/*.csv' } });
    assert.equal(nothing.body.code, 'SOURCE_NOT_FOUND');
    const unknown = await preview({ provider: { type: 'carrier-pigeon' } });
    assert.equal(unknown.body.code, 'DATASET_INVALID');
    const odd = await preview({ provider: { type: 'files', path: 'daily/*.csv' }, partition: { column: 7 } });
    assert.equal(odd.body.code, 'DATASET_INVALID');
  });

  it('says which part of it could not be found out', async () => {
    const { status, body } = await preview({
      provider: { type: 'files', path: 'daily/f-*.csv' },
      partition: { column: 'nobody', by: 'day' },
    });
    assert.equal(status, 200);
    assert.equal(body.partitions, undefined);
    assert.match(body.remarks[0], /could not be listed: .*nobody/);
  });
});
