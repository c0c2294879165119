import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sourceName } from '../../src/base/ids.ts';
import type { WorldOf } from './database.ts';

/** What the store of what sources gave must do. */
export function sourceUseConformance(worldOf: WorldOf): void {
  it('adds up what sources gave on a day, however many tell at once, and forgets old days', async () => {
    const { sourceUse } = worldOf().database;
    const [shop, bucket] = [sourceName('https://shop.example.org'), sourceName('s3://bucket')];
    const use = { calls: 1, bytes: 3e12, busyMs: 0.25 };
    await Promise.all(Array.from({ length: 20 }, () => sourceUse.add('2001-02-01', shop, use)));
    await sourceUse.add('2001-02-01', bucket, { calls: 0, bytes: 7, busyMs: 0 });
    await sourceUse.add('2001-01-31', shop, use);
    const used = await sourceUse.used('2001-02-01');
    assert.deepEqual(used.get(shop), { calls: 20, bytes: 6e13, busyMs: 5 });
    assert.deepEqual(used.get(bucket), { calls: 0, bytes: 7, busyMs: 0 });
    await sourceUse.forget('2001-02-01');
    assert.equal((await sourceUse.used('2001-01-31')).size, 0);
    assert.equal((await sourceUse.used('2001-02-01')).size, 2);
  });
}
