import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../src/base/errors.ts';
import { partitionKey, sourceName } from '../../src/base/ids.ts';
import { fail, succeed } from '../../src/base/outcome.ts';
import type { ListedPartition } from '../../src/core/datasets/source.ts';
import type { Provider } from '../../src/ports/provider.ts';
import { dayOf } from '../../src/services/ingestion/source-guard.ts';
import { startApi } from '../support/api-service.ts';
import { openTestDatabase } from '../support/embedded-database.ts';

const yaml = `
dataset: shop
owner: owner@example.org
provider: {type: http, url: "https://shop.example.org/{yyyy}-{MM}-{dd}.csv"}
partition: {file: true}
backfill: {from: 2001-01-01}
limits: {source_concurrency: 1, source_bytes_per_day: 100}
`;

function listed(day: number): ListedPartition {
  const key = partitionKey(`2001-01-0${day}`);
  return {
    key,
    fingerprint: `f${day}`,
    scan: { kind: 'remote-files', format: 'csv', files: [], hiveKeys: [] },
    sizeBytes: 60,
  };
}

describe('the cost of a backfill', () => {
  it('is told before anything is read or started', async () => {
    await using store = await openTestDatabase();
    let problem = false;
    const refuse = () => Promise.reject(new Error('nothing is to be read'));
    const provider: Provider = {
      partitions: async () =>
        problem
          ? fail(failure('SOURCE_UNAVAILABLE', 'connection refused'))
          : succeed({ partitions: [1, 2, 3, 4, 5].map(listed), remember: null }),
      schema: refuse,
      fetch: refuse,
    };
    await using api = await startApi({ database: store.database, providerOf: () => provider });
    const registered = await api.call('PUT', '/datasets', { yaml, file: 'shop.yaml', baseDirectory: '/' });
    assert.ok(registered.status < 300, JSON.stringify(registered.body));
    const source = sourceName('https://shop.example.org');
    await store.database.sourceUse.add(dayOf(api.kit.clock.now()), source, {
      calls: 1,
      bytes: 40,
      busyMs: 1,
    });
    const path = '/datasets/shop/backfills?dryRun=true';
    const { status, body } = await api.call('POST', path, { to: '2001-01-04' });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.partitions, body.unchanged, body.toRead], [4, 0, 4]);
    assert.deepEqual(body.bytes, { total: 240, ofPartitions: 4 });
    assert.equal(body.rows, undefined);
    assert.deepEqual(body.duration, {
      kind: 'unknown',
      reason: 'no partition of this dataset has been read yet',
    });
    const bounds = body.bounds.map((each: { kind: string; binds: boolean }) => [each.kind, each.binds]);
    assert.deepEqual(bounds, [
      ['concurrency', false],
      ['source_concurrency', true],
      ['bytes_per_day', true],
    ]);
    assert.match(body.bounds[2].text, /60 B of 100 B are left .* it would need 3 days/);
    assert.equal((await api.call('GET', '/backfills')).body.backfills.length, 0);
    assert.equal((await api.call('POST', '/datasets/shop/backfills', {})).status, 400);
    assert.equal(
      (await api.call('POST', '/datasets/other/backfills?dryRun=true', {})).body.code,
      'DATASET_NOT_FOUND',
    );
    problem = true;
    assert.equal((await api.call('POST', path, {})).body.code, 'SOURCE_UNAVAILABLE');
  });
});
