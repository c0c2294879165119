import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../src/base/limits.ts';
import {
  type ConcurrencyLimit,
  freshLimit,
  learnLimit,
} from '../../../src/core/resilience/concurrency-limit.ts';

/** A source that takes `capacity` calls at once: more wait for each other, so that each takes longer. */
function ask(
  known: ConcurrencyLimit,
  source: { readonly capacity: number; readonly calls: number; readonly ceiling?: number },
) {
  let now = known;
  for (let call = 0; call < source.calls; call += 1) {
    const running = Math.floor(now.limit);
    const tookMs = 100 * Math.max(1, running / source.capacity);
    now = learnLimit(
      now,
      { failed: false, tookMs, bytes: 1_000, running, ceiling: source.ceiling ?? 64 },
      limits,
    );
  }
  return now;
}

describe('concurrency limit', () => {
  it('grows while a source answers as fast as ever, up to the ceiling', () => {
    assert.equal(Math.floor(ask(freshLimit(limits), { capacity: 1_000, calls: 300 }).limit), 64);
    assert.equal(Math.floor(ask(freshLimit(limits), { capacity: 1_000, calls: 300, ceiling: 5 }).limit), 5);
  });

  it('stays near what a source can do, however long it goes on', () => {
    const { limit } = ask(freshLimit(limits), { capacity: 6, calls: 2_000 });
    assert.ok(limit > 6 && limit < 30, `limit ${limit}`);
  });

  it('shrinks when the same calls take much longer', () => {
    const well = ask(freshLimit(limits), { capacity: 1_000, calls: 100, ceiling: 16 });
    let slow = well;
    for (let call = 0; call < 50; call += 1) {
      slow = learnLimit(
        slow,
        { failed: false, tookMs: 2_000, bytes: 1_000, running: 16, ceiling: 16 },
        limits,
      );
    }
    assert.ok(slow.limit < well.limit / 2, `${well.limit} to ${slow.limit}`);
  });

  it('compares a large partition with large ones: it does not take long because the source is full', () => {
    const small = ask(freshLimit(limits), { capacity: 1_000, calls: 60, ceiling: 8 });
    const large = learnLimit(
      small,
      { failed: false, tookMs: 60_000, bytes: 1e9, running: 8, ceiling: 8 },
      limits,
    );
    assert.ok(large.limit >= small.limit);
  });

  it('does not grow for somebody who does not use it', () => {
    const idle = learnLimit(
      { limit: 10, usualMs: [] },
      { failed: false, tookMs: 1, bytes: 0, running: 1, ceiling: 64 },
      limits,
    );
    assert.equal(idle.limit, 10);
  });

  it('is halved by a failure, and lies between one and the ceiling whatever happens', () => {
    assert.equal(
      learnLimit(
        { limit: 8, usualMs: [] },
        { failed: true, tookMs: 1, bytes: 0, running: 8, ceiling: 64 },
        limits,
      ).limit,
      4,
    );
    const call = fc.record({
      failed: fc.boolean(),
      tookMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
      bytes: fc.nat(1e12),
      running: fc.integer({ min: 1, max: 100 }),
      ceiling: fc.integer({ min: 1, max: 64 }),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 100 }), (calls) => {
        let known = freshLimit(limits);
        for (const each of calls) {
          known = learnLimit(known, each, limits);
          assert.ok(known.limit >= 1 && (each.failed || known.limit <= each.ceiling));
          assert.ok(known.usualMs.length <= 16);
        }
      }),
    );
  });
});
