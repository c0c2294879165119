import type { MetricKey } from '../metric.ts';

const driftMetrics: ReadonlySet<string> = new Set(['js_distance', 'psi']);

/** Whether a metric compares a partition with earlier ones, so that it has no value without them. */
export function isDriftMetric(name: string): boolean {
  return driftMetrics.has(name);
}

/** The name of the drift metric that a key stands for: `js_distance` of `delay.js_distance`; else undefined. */
export function driftMetricOf(key: MetricKey): string | undefined {
  const name = key.slice(key.lastIndexOf('.') + 1);
  return isDriftMetric(name) ? name : undefined;
}
