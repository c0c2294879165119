import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeId, sourceName } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import type { SourceReport } from '../../src/core/membership/node.ts';
import { dayOf } from '../../src/services/ingestion/source-guard.ts';
import { startApi } from '../support/api-service.ts';
import { openTestDatabase } from '../support/embedded-database.ts';
import { describeNode, reportOf, startOfTime } from '../support/live-cluster.ts';

const shop = sourceName('https://shop.example.org');
const bucket = sourceName('s3://bucket');

describe('sources', () => {
  it('show how they do as the nodes see them, and what they gave to all of them today', async () => {
    await using store = await openTestDatabase();
    await using api = await startApi({ database: store.database });
    const session = api.sessions.ingestion;
    const says = async (node: string, source: Partial<SourceReport>): Promise<void> => {
      const membership = await session.join(describeNode(node, 4));
      const report = { name: shop, state: 'closed', limit: 3, ceiling: 64, running: 1, ...source } as const;
      await membership.report(reportOf(nodeId(node), { at: startOfTime, sources: [report] }));
    };
    const lastFailure = { code: 'SOURCE_UNAVAILABLE', message: 'connection refused' } as const;
    await says('a', { latencyMs: 100 });
    await says('b', { state: 'open', limit: 0, running: 0, latencyMs: 300, retryInMs: 5_000, lastFailure });
    const today = dayOf(api.kit.clock.now());
    const { sourceUse } = store.database;
    for (const source of [shop, shop, bucket])
      await sourceUse.add(today, source, { calls: 1, bytes: 5e9, busyMs: 0.5 });
    await sourceUse.add('2000-12-31', bucket, { calls: 9, bytes: 9, busyMs: 9 });
    const { status, body } = await api.call('GET', '/sources');
    assert.equal(status, 200);
    const [first, second] = body.sources;
    assert.deepEqual(
      [first.name, first.state, first.limit, first.running, first.latencyMs, first.lastFailure],
      [shop, 'closed', 3, 1, 200, lastFailure],
    );
    assert.deepEqual(
      first.nodes.map((each: { node: string; state: string }) => [each.node, each.state]),
      [
        ['a', 'closed'],
        ['b', 'open'],
      ],
    );
    assert.deepEqual(first.today, { calls: 2, bytes: 1e10, busyMs: 1 });
    assert.deepEqual(
      [second.name, second.state, second.limit, second.today.calls],
      [bucket, 'idle', limits.sourceConcurrencyInitial, 1],
    );
    await sourceUse.forget(today);
    assert.equal((await sourceUse.used('2000-12-31')).size, 0);
    assert.equal((await sourceUse.used(today)).size, 2);
  });
});
