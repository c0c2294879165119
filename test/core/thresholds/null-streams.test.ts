import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLearner } from '../../../src/core/thresholds/learner.ts';
import { defaultMetricRule } from '../../../src/core/thresholds/metric-rule.ts';
import { incidentsOf, judged, nullStream, type StreamKind, streamKinds } from './streams.ts';

const days = 180;
const from = 29;
const seeds = [101, 102, 103, 104];

function incidentsPerMonth(kind: StreamKind, metrics: number, seed: number): number {
  const verdicts = judged(nullStream(kind, { metrics, days, seed }));
  return (30 * incidentsOf(verdicts, from)) / (days - from);
}

describe('on streams without errors', () => {
  it('keeps to the alert budget over all metrics together', () => {
    const rates = streamKinds.map((kind) => {
      const own = seeds.map((seed) => incidentsPerMonth(kind, 10, seed));
      const mean = own.reduce((sum, rate) => sum + rate, 0) / own.length;
      assert.ok(mean <= 1, `${kind}: ${mean} incidents a month on average`);
      assert.ok(Math.max(...own) <= 2, `${kind}: at most ${Math.max(...own)} incidents a month`);
      return mean;
    });
    const all = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    assert.ok(all <= 1, `${all} incidents a month over all kinds`);
  });

  it('keeps to it with ten times as many metrics', () => {
    for (const kind of ['normal', 'weekly', 'lognormal', 't3'] as const) {
      const rate = incidentsPerMonth(kind, 100, 105);
      assert.ok(rate <= 1.5, `${kind}: ${rate} incidents a month`);
    }
  });
});

describe('a replay', () => {
  it('of 182 partitions with 80 metrics takes well below the goal of half a second', () => {
    const points = nullStream('weekly', { metrics: 80, days: 182, seed: 1 });
    const learner = createLearner({ alertsPerMonth: 1, ruleOf: () => defaultMetricRule });
    const started = performance.now();
    for (const point of points) learner.absorb(point);
    const tookMs = performance.now() - started;
    // Ten times the goal: this catches a change of complexity, not a busy machine.
    assert.ok(tookMs < 5_000, `${tookMs} ms`);
  });
});
