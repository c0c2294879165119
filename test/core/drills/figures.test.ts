import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { instant } from '../../../src/base/units.ts';
import { countByBucket, movingMean, spreadOf } from '../../../src/core/drills/figures.ts';
import { recoveries } from '../../../src/core/drills/recovery.ts';

describe('the spread of measurements', () => {
  it('is of the nearest ranks', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
    assert.deepEqual(spreadOf(hundred), { count: 100, p50: 50, p90: 90, p99: 99, max: 100 });
    assert.deepEqual(spreadOf([3]), { count: 1, p50: 3, p90: 3, p99: 3, max: 3 });
    assert.deepEqual(spreadOf([]), { count: 0, p50: 0, p90: 0, p99: 0, max: 0 });
  });
});

describe('counts by bucket', () => {
  it('put each time into one bucket and lose none that lies between the ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9_999)), fc.integer({ min: 1, max: 3_000 }), (times, bucketMs) => {
        const counts = countByBucket(times, { from: 0, to: 9_999, bucketMs });
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          times.length,
        );
        for (const [at, count] of counts.entries()) {
          assert.equal(count, times.filter((time) => Math.floor(time / bucketMs) === at).length);
        }
      }),
    );
  });

  it('leave out what lies before and after', () => {
    assert.deepEqual(countByBucket([-1, 0, 99, 100, 200], { from: 0, to: 100, bucketMs: 100 }), [2, 1]);
  });
});

describe('the moving mean', () => {
  it('takes as many buckets as there are at the ends', () => {
    assert.deepEqual(movingMean([3, 0, 6, 0], 3), [1.5, 3, 2, 3]);
    assert.deepEqual(movingMean([], 3), []);
  });
});

describe('the recovery from a fault', () => {
  const fault = { number: 1, at: instant(1_000), kind: 'kill', targets: ['n'], what: 'n' } as const;

  it('is told by the next end of a task and by the longest pause after it', () => {
    const ends = [500, 900, 1_200, 1_250, 4_250, 4_300, 60_000].map(instant);
    const [told] = recoveries([{ ...fault, healedAt: instant(2_500) }], ends, 5_000);
    assert.deepEqual(told, { number: 1, nextEndMs: 200, longestPauseMs: 55_700, healedMs: 1_500 });
    const [near] = recoveries([fault], ends.slice(0, -1), 5_000);
    assert.deepEqual(near, { number: 1, nextEndMs: 200, longestPauseMs: 3_000 });
  });

  it('is unknown when nothing ended any more', () => {
    assert.deepEqual(recoveries([fault], [instant(1)], 5_000), [{ number: 1, longestPauseMs: 0 }]);
  });
});
