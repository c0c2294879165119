import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayDecide } from '../../../src/core/membership/lease.ts';

describe('a lease', () => {
  it('allows decisions only while connected and below two thirds of the session time-out', () => {
    const lease = { connected: true, lastReplyAgeMs: 0, sessionTimeoutMs: 3_000 };
    assert.equal(mayDecide(lease), true);
    assert.equal(mayDecide({ ...lease, lastReplyAgeMs: 1_999 }), true);
    assert.equal(mayDecide({ ...lease, lastReplyAgeMs: 2_000 }), false);
    assert.equal(mayDecide({ ...lease, connected: false }), false);
  });
});
