import type { DatasetDefinition } from '../datasets/definition.ts';
import { driftMetricOf } from '../metrics/drift/drift-metric.ts';
import { type MetricKey, metricKey } from '../metrics/metric.ts';
import { splitSegment } from '../metrics/segments/segment-label.ts';
import { defaultMetricRule, type MetricRule } from '../thresholds/metric-rule.ts';
import { metricLabel } from './describe-check.ts';

/**
 * How each metric's learned threshold is meant: what the definition says, else a default by the metric's nature.
 * `load_delay` is not learned unless asked for: a backfill loads years of partitions in one hour. `column_count` is left to
 * the schema check.
 */
export function learnedRules(definition: DatasetDefinition): (metric: MetricKey) => MetricRule {
  const asked = new Map<MetricKey, MetricRule>();
  const columns = definition.columns.flatMap(({ name, checks }) =>
    checks.map((check) => ({ check, column: name })),
  );
  for (const { check, column } of [
    ...definition.checks.map((one) => ({ check: one, column: undefined })),
    ...columns,
  ]) {
    const { threshold } = check;
    if (threshold.kind === 'learned') asked.set(metricKey(metricLabel(check), column), threshold);
  }
  const hasMissing = definition.missingValues.length > 0;
  return (key) => {
    // What is said of a metric holds in each group of rows as well.
    const { metric } = splitSegment(key);
    const isTwin = !hasMissing && missingMetric.test(metric);
    const unasked = byNature[metric] ?? driftRules[driftMetricOf(metric) ?? ''] ?? defaultMetricRule;
    return asked.get(metric) ?? (isTwin || hasOwnBound(metric) ? unlearned : unasked);
  };
}

/** Rows that should not exist have a bound of their own, unless somebody wants it learned. */
function hasOwnBound(metric: MetricKey): boolean {
  return metric.startsWith('failed_rows(');
}

/** Without configured values, missing is null: learned twice, it would alarm twice and use the budget twice. */
const missingMetric = /\.missing_(?:count|percent)$/;
const unlearned: MetricRule = { ...defaultMetricRule, enabled: false };

const byNature: Readonly<Record<MetricKey, MetricRule>> = {
  rejected_count: { ...defaultMetricRule, direction: 'up' },
  freshness: { ...defaultMetricRule, direction: 'up' },
  load_delay: { ...defaultMetricRule, enabled: false, direction: 'up' },
  column_count: { ...defaultMetricRule, enabled: false },
};

/** One of the two is enough: learned twice, a drift would alarm twice. Nobody minds that a distribution is unusually steady. */
const driftRules: Readonly<Record<string, MetricRule>> = {
  js_distance: { ...defaultMetricRule, direction: 'up' },
  psi: { ...unlearned, direction: 'up' },
};
