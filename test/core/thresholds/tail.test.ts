import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pooled } from '../../../src/core/thresholds/pooled-tail.ts';
import { addTails, Tail, tailQuantile, weighingAtMost } from '../../../src/core/thresholds/tail.ts';
import { createSeededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { normal } from './streams.ts';

const many = 200_000;

function student3(random: SeededRandom): number {
  const squares = [normal(random), normal(random), normal(random)].map((x) => x * x);
  return normal(random) / Math.sqrt(((squares[0] ?? 0) + (squares[1] ?? 0) + (squares[2] ?? 0)) / 3);
}

function tailOf(draw: (random: SeededRandom) => number, count: number, seed = 1): Tail {
  const random = createSeededRandom(seed);
  const tail = new Tail();
  for (let nth = 0; nth < count; nth += 1) tail.add(Math.abs(draw(random)));
  return tail;
}

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual / expected - 1) < within, `${actual} is not within ${within} of ${expected}`);
}

describe('the tail of deviations', () => {
  it('extrapolates normal noise to its quantiles', () => {
    const sums = tailOf(normal, many).sums();
    near(tailQuantile(sums, 0.001), 3.29, 0.03);
    near(tailQuantile(sums, 0.0001), 3.89, 0.04);
  });

  it("extrapolates Student's t with three degrees, which is heavy", () => {
    const sums = tailOf(student3, many).sums();
    near(tailQuantile(sums, 0.001), 12.92, 0.1);
    near(tailQuantile(sums, 0.0001), 28, 0.15);
  });

  it('grows as the probability falls, whatever was seen', () => {
    for (const count of [30, 100, 1_000]) {
      const sums = addTails(tailOf(student3, count).sums(), tailOf(normal, 100).sums());
      const quantiles = [0.01, 0.001, 0.0001, 0.00001].map((probability) => tailQuantile(sums, probability));
      assert.deepEqual(
        quantiles.toSorted((a, b) => a - b),
        quantiles,
      );
    }
  });

  it('of a bounded metric ends sooner when it is heavy, and is the same when it is light', () => {
    const heavy = tailOf(student3, many).sums();
    assert.ok(tailQuantile(heavy, 0.0001, true) < 0.8 * tailQuantile(heavy, 0.0001));
    const light = tailOf(normal, many).sums();
    assert.equal(tailQuantile(light, 0.0001, true), tailQuantile(light, 0.0001));
  });

  it('keeps its shape when it is to weigh less', () => {
    const sums = tailOf(normal, 5_000).sums();
    near(tailQuantile(weighingAtMost(50, sums), 0.001), tailQuantile(sums, 0.001), 1e-9);
  });
});

describe('tails of kindred metrics', () => {
  it('are worth much when the metrics are alike, and little when they differ', () => {
    const alike = Array.from({ length: 20 }, (_, nth) => tailOf(normal, 60, nth + 1).sums());
    const wild = Array.from({ length: 5 }, (_, nth) => {
      return tailOf((random) => 5 * student3(random), 60, nth + 1).sums();
    });
    assert.ok(pooled(alike).credibility > 300);
    assert.ok(pooled([...alike, ...wild]).credibility < 20);
  });

  it('are worth nothing when there is only one', () => {
    assert.equal(pooled([tailOf(normal, 60).sums()]).credibility, 0);
    assert.equal(pooled([]).credibility, 0);
  });

  it('do not depend on their order', () => {
    const tails = Array.from({ length: 40 }, (_, nth) => tailOf(student3, 50, nth + 1).sums());
    assert.deepEqual(pooled(tails.toReversed()), pooled(tails));
  });
});
