import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rocAuc } from '../../eval/judge/auc.ts';
import { HoltWinters, OnlineNormal, RelativeRateOfChange } from '../../eval/judge/baselines/deequ.ts';
import { nearestNeighbours } from '../../eval/judge/baselines/nearest-neighbours.ts';
import type { MetricModel } from '../../eval/judge/baselines/per-metric.ts';
import {
  ElementaryDeviation,
  MeanDeviation,
  MedianDeviation,
  RangeDeviation,
} from '../../eval/judge/baselines/spread.ts';
import { falseAlarms } from '../../eval/judge/count.ts';
import { detectableSizes, macroRecall } from '../../eval/judge/recall.ts';
import { birthsDefinition } from '../../eval/streams/births.ts';
import type { LearnerPoint } from '../../src/core/thresholds/learner.ts';
import { dayKey } from '../core/thresholds/streams.ts';

function scored(model: MetricModel, history: readonly number[], value: number): number {
  for (const one of history) model.absorb(one);
  return model.score(value) ?? Number.NaN;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
}

describe('baselines', () => {
  it('measure from the mean in standard deviations', () => {
    near(scored(new MeanDeviation(), [2, 4, 4, 4, 5, 5, 7, 9], 5 + 3 * Math.sqrt(32 / 7)), 3);
    assert.equal(scored(new MeanDeviation(), [3, 3, 3], 3), 0);
    assert.equal(scored(new MeanDeviation(), [3, 3, 3], 3.01), Number.POSITIVE_INFINITY);
  });

  it('measure from the median in scaled median absolute deviations', () => {
    // Median 4, absolute deviations 2 1 0 1 5: their median is 1.
    near(scored(new MedianDeviation(), [2, 3, 4, 5, 9], 4 + 1.4826 * 3), 3);
  });

  it('alarm outside the range seen so far', () => {
    assert.equal(scored(new RangeDeviation(), [1, 5, 3], 5), 0);
    near(scored(new RangeDeviation(), [1, 5, 3], 7), 1.5);
    near(scored(new RangeDeviation(), [1, 5, 3], -3), 2);
  });

  it('never reach 3 sd with Elementary before 11 values, since the judged one is among them', () => {
    const most = (points: number): number => scored(new ElementaryDeviation(), Array(points - 1).fill(0), 1);
    near(most(10), 9 / Math.sqrt(10));
    assert.ok(most(10) < 3 && most(11) > 3);
    assert.equal(scored(new ElementaryDeviation(), [1, 1, 1, 1, 1, 1, 1], 1), 0);
    // The window: 13 before and the value itself, whatever came earlier.
    near(scored(new ElementaryDeviation(), [1e9, ...Array<number>(13).fill(0)], 1), 13 / Math.sqrt(14));
  });

  it('cap the score of Deequ OnlineNormal at the root of the number of values before', () => {
    near(scored(new OnlineNormal(), Array<number>(9).fill(0), 1e6), 3);
    near(scored(new OnlineNormal(), Array<number>(16).fill(0), 1), 4);
  });

  it('take the rate of change in both directions', () => {
    near(scored(new RelativeRateOfChange(), [1, 8], 2), 4);
    near(scored(new RelativeRateOfChange(), [8, 2], 8), 4);
    assert.equal(scored(new RelativeRateOfChange(), [0], 1), Number.POSITIVE_INFINITY);
    assert.equal(scored(new RelativeRateOfChange(), [0], 0), 1);
  });

  it('forecast a week with Holt and Winters, and nothing before two weeks', () => {
    const week = [10, 20, 30, 40, 50, 60, 70];
    const noisy = Array.from({ length: 8 * 7 }, (_, nth) => (week[nth % 7] ?? 0) + ((nth * 5) % 3));
    assert.ok(scored(new HoltWinters(), noisy, 11) < 2);
    assert.ok(scored(new HoltWinters(), noisy, 70) > 10);
    assert.equal(new HoltWinters().score(1), undefined);
  });

  it('tell a partition of another shape by its neighbours', () => {
    const point = (nth: number, a: number, b: number): LearnerPoint => ({
      partition: { key: dayKey(nth), revision: 1 },
      metrics: [
        { metric: 'a', scale: 'number', value: a, rows: 1 },
        { metric: 'b', scale: 'number', value: b, rows: 1 },
      ],
    });
    const judge = nearestNeighbours.begin(birthsDefinition);
    for (let nth = 0; nth < 40; nth += 1) judge.absorb(point(nth, nth % 10, (nth % 10) + (nth % 3)));
    assert.ok((judge.score(point(40, 5, 6)).get('distance') ?? 9) < 1);
    // Each value is a usual one; together they are not.
    assert.ok((judge.score(point(40, 1, 9)).get('distance') ?? 0) > 2);
  });
});

describe('figures', () => {
  it('count alarms of a metric within three partitions as one incident', () => {
    const quiet = { scores: new Map([['a', 0]]), rules: new Map<string, number>() };
    const loud = (metric: string) => ({ ...quiet, scores: new Map([[metric, 2]]) });
    const clean = [quiet, loud('a'), quiet, quiet, loud('a'), loud('b'), quiet, quiet, quiet, loud('b')];
    assert.deepEqual(falseAlarms(clean, { threshold: 1, from: 0 }), {
      incidents: 9,
      days: 12,
      partitions: 10,
    });
    assert.deepEqual(falseAlarms(clean, { threshold: 1, from: 5, to: 10 }).incidents, 12);
    assert.equal(falseAlarms(clean, { threshold: 2, from: 0 }).days, 0);
  });

  it('give the area under the curve with ties as halves', () => {
    assert.equal(rocAuc([1, 2, 3], [4, 5]), 1);
    assert.equal(rocAuc([1, 2], [1, 2]), 0.5);
    assert.equal(rocAuc([1, 2, 3, 4], [3]), 0.625);
  });

  it('weigh kinds alike, and name the size from which on nine of ten are found', () => {
    const one = (type: string, size: number, found: number) => {
      return { type, magnitude: `${size}`, size, found, tests: 10 };
    };
    const all = [one('a', 1, 9), one('a', 2, 5), one('a', 3, 10), one('b', 1, 0)];
    near(macroRecall(all), 0.4);
    const sizes = detectableSizes(all);
    assert.equal(sizes.get('a')?.magnitude, '3');
    assert.equal(sizes.get('b'), undefined);
  });
});
