import { performance } from 'node:perf_hooks';
import type { PartitionKey } from '../../src/base/ids.ts';
import { createLearner, metricsAt, replayHistory } from '../../src/core/thresholds/learner.ts';
import { defaultMetricRule } from '../../src/core/thresholds/metric-rule.ts';

/** A replay of days with many metrics of plain noise, and the judgement of one more day. */
const [partitions = 90, metrics = 300] = process.argv.slice(2).map(Number);
const noise = (at: number, metric: number): number => {
  const x = Math.sin(at * 12.9898 + metric * 78.233) * 43_758.5453;
  return x - Math.floor(x);
};
const day = (at: number): PartitionKey =>
  new Date(Date.UTC(2024, 0, 1 + at)).toISOString().slice(0, 10) as PartitionKey;
const history = {
  partitions: Array.from({ length: partitions }, (_, at) => ({ key: day(at), revision: 1 })),
  series: Array.from({ length: metrics }, (_, metric) => ({
    metric: `column_${metric}.avg`,
    scale: 'number' as const,
    values: Array.from({ length: partitions }, (_, at) => 100 + 10 * noise(at, metric)),
    rows: Array.from({ length: partitions }, () => 1_000),
  })),
};
const learner = createLearner({ alertsPerMonth: 1, ruleOf: () => defaultMetricRule });
const started = performance.now();
replayHistory(learner, history);
const replayed = performance.now();
const next = {
  partition: { key: day(partitions), revision: 1 },
  metrics: metricsAt(history, partitions - 1),
};
const verdicts = learner.step(next).length;
const stepMs = performance.now() - replayed;
console.log(JSON.stringify({ ms: replayed - started, stepMs, verdicts }));
