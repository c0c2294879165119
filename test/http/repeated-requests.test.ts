import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TestWorld, unique } from '../conformance/database-fixtures.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

describe('requests that are sent again', () => {
  let store: TestDatabase;
  let api: ApiService;
  let other: ApiService;

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({ database: store.database });
    other = await startApi({ database: store.database });
  });

  after(async () => {
    await api[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  async function registered(): Promise<TestWorld> {
    const world = new TestWorld(store.database);
    const yaml = `dataset: ${world.dataset}\nowner: me\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n`;
    const answer = await api.call('PUT', '/datasets', { yaml, file: 'f.yaml', baseDirectory: '/srv' });
    assert.equal(answer.status, 200);
    return world;
  }

  it('are done once under a key, and answered alike by any process', async () => {
    const world = await registered();
    const key = { 'idempotency-key': unique('key') };
    const scan = { dataset: world.dataset };
    const first = await api.call('POST', '/scans', scan, key);
    const again = await other.call('POST', '/scans', scan, key);
    assert.deepEqual([again.status, again.body], [first.status, first.body]);
    assert.equal(first.headers.get('idempotent-replayed'), null);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.equal((await api.call('GET', `/jobs?dataset=${world.dataset}`)).body.jobs.length, 1);
    const unkeyed = await api.call('POST', '/scans', scan);
    assert.notEqual(unkeyed.body.id, first.body.id);
  });

  it('are done once when they come at the same moment', async () => {
    const world = await registered();
    const key = { 'idempotency-key': unique('key') };
    const answers = await Promise.all(
      [api, other, api, other, api].map((one) => one.call('POST', '/scans', { dataset: world.dataset }, key)),
    );
    const codes = answers.map(({ status, body }) => (status === 202 ? 'done' : body.code));
    assert.ok(codes.includes('done'));
    assert.ok(codes.every((code) => code === 'done' || code === 'REQUEST_UNDER_WAY'));
    assert.equal((await api.call('GET', `/jobs?dataset=${world.dataset}`)).body.jobs.length, 1);
  });

  it('are refused when their key was that of another request', async () => {
    const world = await registered();
    const key = { 'idempotency-key': unique('key') };
    await api.call('POST', '/scans', { dataset: world.dataset }, key);
    const forced = await api.call('POST', '/scans', { dataset: world.dataset, force: true }, key);
    assert.deepEqual([forced.status, forced.body.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
    const backfill = await api.call('POST', '/backfills', { dataset: world.dataset }, key);
    assert.equal(backfill.body.code, 'IDEMPOTENCY_KEY_REUSED');
    const nonsense = await api.call(
      'POST',
      '/scans',
      { dataset: world.dataset },
      { 'idempotency-key': ' ü' },
    );
    assert.equal(nonsense.body.code, 'REQUEST_INVALID');
  });

  it('may succeed under the key under which they were refused', async () => {
    const world = new TestWorld(store.database);
    const key = { 'idempotency-key': unique('key') };
    const scan = { dataset: world.dataset };
    assert.equal((await api.call('POST', '/scans', scan, key)).body.code, 'DATASET_NOT_FOUND');
    const yaml = `dataset: ${world.dataset}\nowner: me\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n`;
    await api.call('PUT', '/datasets', { yaml, file: 'f.yaml', baseDirectory: '/srv' });
    assert.equal((await api.call('POST', '/scans', scan, key)).status, 202);
  });
});

describe('reads that are sent again', () => {
  it('are answered without a body as long as nothing has changed', async () => {
    await using api = await startApi();
    const read = (tag?: string) =>
      fetch(`${api.url}/api/v1/datasets`, tag === undefined ? {} : { headers: { 'if-none-match': tag } });
    const first = await read();
    const tag = first.headers.get('etag') ?? '';
    assert.match(tag, /^W\/"[\w-]{20,}"$/);
    for (const given of [tag, `"other", ${tag.slice(2)}`, '*']) {
      const again = await read(given);
      assert.deepEqual([again.status, await again.text()], [304, ''], given);
      assert.equal(again.headers.get('etag'), tag);
    }
    assert.equal((await read('W/"other"')).status, 200);
    const yaml =
      'dataset: flights\nowner: me\nprovider: {type: files, path: "*.csv"}\npartition: {column: date, by: day}\n';
    await api.call('PUT', '/datasets', { yaml, file: 'f.yaml', baseDirectory: '/srv' });
    const changed = await read(tag);
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.get('etag'), tag);
    const missing = await fetch(`${api.url}/api/v1/datasets/none`);
    assert.deepEqual([missing.status, missing.headers.get('etag')], [404, null]);
  });
});
