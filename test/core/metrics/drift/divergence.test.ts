import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  jensenShannonDistance,
  populationStabilityIndex,
} from '../../../../src/core/metrics/drift/divergence.ts';

/** Bins that are not empty on both sides, each side with rows. */
const bins = fc
  .array(fc.record({ from: fc.nat(1_000), to: fc.nat(1_000) }), { minLength: 1, maxLength: 25 })
  .map((list) => list.filter(({ from, to }) => from > 0 || to > 0))
  .filter((list) => list.some(({ from }) => from > 0) && list.some(({ to }) => to > 0));

function entropy(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => {
    return count === 0 ? sum : sum - (count / total) * Math.log2(count / total);
  }, 0);
}

describe('the Jensen–Shannon distance', () => {
  it('is the root of the entropy of the mixture minus the mean entropy', () => {
    fc.assert(
      fc.property(bins, (list) => {
        const [from, to] = [list.map((bin) => bin.from), list.map((bin) => bin.to)];
        const [n, m] = [from, to].map((side) => side.reduce((sum, count) => sum + count, 0));
        const mixture = list.map((bin) => bin.from / (n ?? 1) + bin.to / (m ?? 1));
        const expected = entropy(mixture) - (entropy(from) + entropy(to)) / 2;
        assert.ok(Math.abs(jensenShannonDistance(list) ** 2 - expected) < 1e-9);
      }),
    );
  });

  it('is 0 for proportional counts, 1 for disjoint ones, and the same both ways', () => {
    fc.assert(
      fc.property(bins, (list) => {
        const turned = list.map(({ from, to }) => ({ from: to, to: from }));
        assert.ok(Math.abs(jensenShannonDistance(list) - jensenShannonDistance(turned)) < 1e-12);
        const apart = list.flatMap(({ from, to }) => [
          { from, to: 0 },
          { from: 0, to },
        ]);
        assert.ok(Math.abs(jensenShannonDistance(apart) - 1) < 1e-12);
        const same = list.map(({ from }) => ({ from, to: 4 * from })).filter(({ from }) => from > 0);
        assert.equal(jensenShannonDistance(same), 0);
      }),
    );
  });
});

describe('the population stability index', () => {
  it('is that of the textbook but for the half row in each bin', () => {
    const list = [
      { from: 50_000, to: 9_000 },
      { from: 50_000, to: 1_000 },
    ];
    const expected = (0.9 - 0.5) * Math.log(0.9 / 0.5) + (0.1 - 0.5) * Math.log(0.1 / 0.5);
    assert.ok(Math.abs(populationStabilityIndex(list) - expected) < 1e-3);
  });

  it('is never negative, 0 for equal counts, and finite where a bin is empty', () => {
    fc.assert(
      fc.property(bins, (list) => {
        const index = populationStabilityIndex(list);
        assert.ok(index >= -1e-15 && Number.isFinite(index), `${index}`);
        assert.equal(populationStabilityIndex(list.map(({ from }) => ({ from, to: from }))), 0);
      }),
    );
  });
});
