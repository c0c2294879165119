import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../src/base/limits.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import { type Distinct, distinctFamily } from '../../../src/core/metrics/families/distinct.ts';
import {
  logBucketsMax,
  percentileOfNumbers,
  type Quantiles,
  quantilesFamily,
} from '../../../src/core/metrics/families/quantiles.ts';
import { percentileOfTimes, timeQuantilesFamily } from '../../../src/core/metrics/families/time-quantiles.ts';
import { topCandidatesMax, topValuesFamily } from '../../../src/core/metrics/families/top-values.ts';
import type { Frequencies } from '../../../src/core/metrics/frequencies.ts';
import { encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { hashLimit } from '../../../src/core/metrics/sketches/hash.ts';
import { estimateDistinct, rank, registersOf } from '../../../src/core/metrics/sketches/hyper-log-log.ts';
import { bytesOf, hash48, tabulate } from '../../support/state-laws.ts';

/** Evenly spread hashes that do not depend on the run: a multiplicative sequence with a mixing step. */
function spreadHashes(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, at) => {
    let bits = BigInt.asUintN(64, BigInt(at + 1) * 0x9e3779b97f4a7c15n + BigInt(seed) * 0xbf58476d1ce4e5b9n);
    bits = BigInt.asUintN(64, (bits ^ (bits >> 30n)) * 0xbf58476d1ce4e5b9n);
    bits = BigInt.asUintN(64, (bits ^ (bits >> 27n)) * 0x94d049bb133111ebn);
    return Number((bits ^ (bits >> 31n)) % BigInt(hashLimit));
  });
}

function opaque(hashes: Float64Array): Frequencies {
  const counts = new Float64Array(hashes.length).fill(1);
  return { rows: hashes.length, nulls: 0, missing: 0, counts, hashes, values: { kind: 'opaque' } };
}

const integers = { type: columnType('BIGINT'), rows: 0 };
const doubles = { type: columnType('DOUBLE'), rows: 0 };

function quantilesOf(numbers: readonly number[]): Quantiles {
  return quantilesFamily.fromFrequencies(tabulate(columnType('DOUBLE'), numbers));
}

describe('distinct counts', () => {
  it('are exact up to the limit, and estimated within 6.5 % from one more on', () => {
    const exact = distinctFamily.fromFrequencies(opaque(spreadHashes(limits.exactDistinctMax, 1)));
    const [metric] = distinctFamily.metrics(exact, doubles);
    assert.deepEqual(metric, { metric: 'distinct_count', value: limits.exactDistinctMax, scale: 'count' });
    const more = distinctFamily.fromFrequencies(opaque(spreadHashes(limits.exactDistinctMax + 1, 1)));
    assert.equal(distinctFamily.metrics(more, doubles)[0]?.relativeError, 0.065);
  });

  it('are estimated within three standard errors, at all sizes', () => {
    for (const count of [5_000, 20_000, 100_000, 300_000]) {
      for (const seed of [1, 2, 3]) {
        const estimate = estimateDistinct(registersOf(spreadHashes(count, seed)));
        assert.ok(Math.abs(estimate - count) / count < 0.05, `${estimate} instead of ${count}`);
      }
    }
    assert.equal(estimateDistinct(registersOf(spreadHashes(0, 1))), 0);
    assert.ok(Math.abs(estimateDistinct(registersOf(spreadHashes(100, 1))) - 100) <= 5);
  });

  it('merge to the registers of the whole, from sets, from registers, and from both', () => {
    const hashes = spreadHashes(9_000, 5);
    const state = (from: number, to: number): Distinct =>
      distinctFamily.fromFrequencies(opaque(hashes.slice(from, to)));
    const whole = bytesOf(distinctFamily, state(0, 9_000));
    const [small, other, large] = [state(0, 2_000), state(1_000, 4_000), state(3_000, 9_000)];
    const merge = (a: Distinct, b: Distinct): Distinct => distinctFamily.merge(a, b);
    assert.deepEqual(bytesOf(distinctFamily, merge(merge(small, other), large)), whole);
    assert.deepEqual(bytesOf(distinctFamily, merge(small, merge(other, large))), whole);
    assert.deepEqual(bytesOf(distinctFamily, merge(large, merge(small, other))), whole);
  });

  it('rank a hash by its leading zeros', () => {
    assert.equal(rank(2 ** 36 - 1), 1);
    assert.equal(rank(2 ** 35), 1);
    assert.equal(rank(2 ** 35 - 1), 2);
    assert.equal(rank(2 ** 32), 4);
    assert.equal(rank(2 ** 31), 5);
    assert.equal(rank(1), 36);
    assert.equal(rank(0), 37);
  });
});

describe('percentiles of numbers', () => {
  it('are within the stated error of the value of rank ⌊q(n − 1)⌋, also after merging', () => {
    const number = fc.oneof(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -100, max: 100 }),
    );
    const numbers = fc.array(number, { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(numbers, numbers, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, q) => {
        const merged = quantilesFamily.merge(quantilesOf(a), quantilesOf(b));
        const sorted = Float64Array.from([...a, ...b]).sort();
        const truth = sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
        const { value, relativeError = 0 } = percentileOfNumbers(merged, q, doubles);
        assert.ok(value !== undefined);
        // The smallest doubles are further apart than one percent.
        const allowed = relativeError * 1.000001 * Math.abs(truth) + Number.MIN_VALUE;
        assert.ok(Math.abs(value - truth) <= allowed, `${value} instead of ${truth}`);
      }),
    );
  });

  it('are exact for integers below 50 and for constants', () => {
    for (let number = -49; number < 50; number++) {
      const state = quantilesFamily.merge(quantilesOf([number]), quantilesOf([-1_000, 1_000]));
      const { value, relativeError } = percentileOfNumbers(state, 0.5, integers);
      assert.deepEqual([value, relativeError], [number, undefined]);
    }
    const { value, relativeError } = percentileOfNumbers(quantilesOf([123.456, 123.456]), 0.5, doubles);
    assert.deepEqual([value, relativeError], [123.456, undefined]);
  });

  it('stay within 2,048 buckets over all doubles, and say how much less they know', () => {
    const all = Array.from({ length: 20_000 }, (_, at) => (at % 2 === 0 ? 1 : -1) * 10 ** (at / 33 - 300));
    const whole = quantilesOf(all);
    assert.ok(whole.negative.indices.length + whole.positive.indices.length <= logBucketsMax);
    const { relativeError = 0 } = percentileOfNumbers(whole, 0.9, doubles);
    assert.ok(relativeError > 0.01 && relativeError < 0.9);
    const parts = [0, 1, 2].map((part) => quantilesOf(all.filter((_, at) => at % 3 === part)));
    const merged = parts.reduce((a, b) => quantilesFamily.merge(a, b), quantilesFamily.empty());
    assert.deepEqual(bytesOf(quantilesFamily, merged), bytesOf(quantilesFamily, whole));
  });
});

describe('percentiles of times', () => {
  it('know the minute within a day, and the hour within six weeks', () => {
    const type = columnType('TIMESTAMP');
    const start = 978_307_200_000_000n;
    const spread = (count: number, step: bigint): bigint[] =>
      Array.from({ length: count }, (_, at) => start + BigInt(at) * step);
    const width = (values: readonly bigint[]): number => {
      const state = timeQuantilesFamily.fromFrequencies(tabulate(type, values));
      return state.stepMs * 2 ** state.collapses;
    };
    assert.equal(width(spread(1_440, 60_000_000n)), 2 * 60_000);
    assert.ok(width(spread(6 * 7 * 24 * 2, 1_800_000_000n)) <= 64 * 60_000);
  });

  it('of times have their text, so that nobody reads milliseconds since 1970', () => {
    const textOf = (native: string, value: bigint): string | undefined => {
      const type = columnType(native);
      const state = timeQuantilesFamily.fromFrequencies(tabulate(type, [value]));
      return percentileOfTimes(state, 0.5, { type }).exact;
    };
    assert.equal(textOf('DATE', 11_353n), '2001-01-31');
    assert.equal(textOf('TIMESTAMP', 980_919_000_250_000n), '2001-01-31T05:30:00.25');
    assert.equal(textOf('TIMESTAMP WITH TIME ZONE', 980_919_000_000_000n), '2001-01-31T05:30:00Z');
    assert.equal(textOf('TIME', 19_800_000_000n), '05:30:00');
  });

  it('are exact for dates, and within half a bucket for timestamps', () => {
    const dates = Array.from({ length: 101 }, (_, at) => BigInt(at - 50));
    const ofDates = timeQuantilesFamily.fromFrequencies(tabulate(columnType('DATE'), dates));
    assert.deepEqual(percentileOfTimes(ofDates, 0.25, { type: columnType('DATE') }), {
      metric: 'p25',
      scale: 'number',
      rows: 101,
      value: -25 * 86_400_000,
      exact: '1969-12-07',
    });
    fc.assert(
      fc.property(fc.array(fc.bigInt(-(2n ** 60n), 2n ** 60n), { minLength: 1, maxLength: 60 }), (values) => {
        const state = timeQuantilesFamily.fromFrequencies(tabulate(columnType('TIMESTAMP'), values));
        const sorted = Float64Array.from(values, (value) => Number(value) / 1_000).sort();
        const truth = sorted[Math.floor(0.5 * (sorted.length - 1))] ?? Number.NaN;
        const { value = Number.NaN } = percentileOfTimes(state, 0.5, { type: columnType('TIMESTAMP') });
        assert.ok(Math.abs(value - truth) <= (state.stepMs * 2 ** state.collapses) / 2 + 1);
      }),
    );
  });
});

describe('top values', () => {
  it('bound every count from above, and by the error from below, through any number of merges', () => {
    const word = fc.integer({ min: 0, max: 900 }).map((n) => `w${Math.floor((n * n) / 900)}`);
    const batches = fc.array(fc.array(word, { minLength: 300, maxLength: 600 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(batches, (all) => {
        const states = all.map((batch) =>
          topValuesFamily.fromFrequencies(tabulate(columnType('VARCHAR'), batch)),
        );
        const merged = states.reduce((a, b) => topValuesFamily.merge(a, b), topValuesFamily.empty());
        const truth = new Map<string, number>();
        for (const text of all.flat()) truth.set(text, (truth.get(text) ?? 0) + 1);
        const known = new Set(merged.entries.map(({ text }) => text));
        assert.ok(merged.entries.length <= topCandidatesMax);
        for (const { text, count, error } of merged.entries) {
          const true_ = truth.get(text) ?? 0;
          assert.ok(true_ <= count && true_ >= count - error, `${text}: ${true_} of ${count} − ${error}`);
        }
        for (const [text, count] of truth) assert.ok(known.has(text) || count <= merged.error, text);
      }),
      { numRuns: 20 },
    );
  });

  it('tell long texts with the same start apart', () => {
    const long = 'x'.repeat(100);
    const state = topValuesFamily.fromFrequencies(
      tabulate(columnType('VARCHAR'), [`${long}a`, `${long}a`, `${long}b`]),
    );
    const [first, second] = state.entries;
    assert.deepEqual([first?.count, second?.count], [2, 1]);
    assert.match(first?.text ?? '', /^x{49}…#[0-9a-f]{12}$/);
    assert.notEqual(first?.text, second?.text);
  });

  it('are few where no value stands out', () => {
    const unique = Array.from({ length: 5_000 }, (_, at) => `id ${at}`);
    const state = topValuesFamily.fromFrequencies(tabulate(columnType('VARCHAR'), unique));
    assert.ok(state.entries.length <= limits.topValuesMax);
    assert.equal(state.error, 1);
  });
});

describe('the size of a profile', () => {
  const bytes = (native: string, values: readonly (number | bigint | string)[]): number => {
    const type = columnType(native);
    const states = statesFromFrequencies(type.kind, tabulate(type, values));
    return encodeProfile({
      schema: [{ name: 'c', type }],
      rowCount: values.length,
      columns: [{ name: 'c', type, states }],
      segments: [],
    }).length;
  };
  const many = Array.from({ length: 20_000 }, (_, at) => hash48(String(at)));

  it('is below 10 KB for a column with many different values', () => {
    assert.ok(
      bytes(
        'DOUBLE',
        many.map((number) => (number - 2 ** 47) * number),
      ) < 10_240,
    );
    assert.ok(
      bytes(
        'BIGINT',
        many.map((number) => BigInt(number)),
      ) < 10_240,
    );
    assert.ok(
      bytes(
        'TIMESTAMP',
        many.map((number) => BigInt(number)),
      ) < 10_240,
    );
    const words = many.map((number, at) => `${'long text '.repeat(20)}${at % 3 === 0 ? at % 300 : number}`);
    assert.ok(bytes('VARCHAR', words) < 10_240);
  });

  it('is below 32 KB in the worst case: an exact count at its limit, of doubles of all sizes', () => {
    const values = many.slice(0, limits.exactDistinctMax).map((number) => (number - 2 ** 47) * number);
    assert.ok(bytes('DOUBLE', values) < 32_768);
  });
});
