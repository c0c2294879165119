import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { backoffMs } from '../../../src/core/resilience/backoff.ts';
import { spreadChance } from '../../../src/core/resilience/spread.ts';

const rule = { baseMs: 1_000, capMs: 30_000 };

describe('back-off', () => {
  it('doubles its span up to the cap and never exceeds it', () => {
    const spans = [1, 2, 3, 5, 6, 1_000].map((retry) => backoffMs(rule, retry, 0.5) * 2);
    assert.deepEqual(spans, [1_000, 2_000, 4_000, 16_000, 30_000, 30_000]);
  });

  it('takes any part of the span, by chance', () => {
    assert.equal(backoffMs(rule, 1, 0), 0);
    assert.equal(backoffMs(rule, 1, 0.999), 999);
  });
});

describe('spread chance', () => {
  it('gives each key its own number in [0, 1), evenly', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999999, noNaN: true }), (chance) => {
        const values = Array.from({ length: 1_000 }, (_, at) => spreadChance(chance, `job/task/${at}`));
        assert.ok(values.every((value) => value >= 0 && value < 1));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        assert.ok(Math.abs(mean - 0.5) < 0.1, `mean ${mean}`);
      }),
      { numRuns: 50 },
    );
  });
});
