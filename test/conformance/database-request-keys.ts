import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../src/base/limits.ts';
import type { WorldOf } from './database.ts';
import { unique } from './database-fixtures.ts';

export function requestKeyConformance(worldOf: WorldOf): void {
  describe('keys of requests', () => {
    it('wait for a process that died, and are forgotten after their time', async () => {
      const { requestKeys } = worldOf().database;
      const claim = { key: unique('key'), hash: 'h', leaseMs: 60_000 };
      assert.equal((await requestKeys.claim({ ...claim, leaseMs: 0 })).kind, 'claimed');
      assert.equal((await requestKeys.claim(claim)).kind, 'claimed');
      assert.equal((await requestKeys.claim(claim)).kind, 'under_way');
      await requestKeys.answer(claim.key, { status: 200, body: '{}' });
      await requestKeys.release(claim.key);
      assert.equal((await requestKeys.claim(claim)).kind, 'answered');
      assert.equal((await requestKeys.claim({ ...claim, hash: 'other' })).kind, 'other_request');
      await requestKeys.forget(limits.requestKeyAgeMs);
      assert.equal((await requestKeys.claim(claim)).kind, 'answered');
      assert.ok((await requestKeys.forget(-1)) > 0);
      assert.equal((await requestKeys.claim(claim)).kind, 'claimed');
    });

    it('are given to one of many who ask at once', async () => {
      const { requestKeys } = worldOf().database;
      const claim = { key: unique('key'), hash: 'h', leaseMs: 60_000 };
      const claims = await Promise.all(Array.from({ length: 8 }, () => requestKeys.claim(claim)));
      assert.equal(claims.filter(({ kind }) => kind === 'claimed').length, 1);
      assert.equal(claims.filter(({ kind }) => kind === 'under_way').length, 7);
      await requestKeys.release(claim.key);
      assert.equal((await requestKeys.claim(claim)).kind, 'claimed');
    });
  });
}
