import { percentileName } from '../metrics/families/quantiles.ts';
import { metricKey } from '../metrics/metric.ts';
import { validityLabel } from '../metrics/validity-label.ts';
import { isQueryMetric, isValidityMetric, validityRule } from './asked-metrics.ts';
import type { CheckDefinition, SetCondition } from './definition.ts';
import { formatOf, formatValue, type ValueFormat } from './format.ts';

/** A check in words: `row_count must be greater than 0`, `delay.avg as learned (only a rise, sensitivity high)`. */
function describeCheck(check: CheckDefinition, column?: string, segment?: string): string {
  const metric = metricKey(metricLabel(check), column, segment);
  const { threshold } = check;
  if (threshold.kind === 'set') {
    const format = formatOf(check.metric);
    return `${metric} ${threshold.conditions.map((condition) => describeCondition(condition, format)).join(' and ')}`;
  }
  if (!threshold.enabled) return `${metric} is not judged`;
  const sides = { up: ['only a rise'], down: ['only a drop'], both: [] }[threshold.direction];
  const wishes = [
    ...sides,
    ...(threshold.sensitivity === 'medium' ? [] : [`sensitivity ${threshold.sensitivity}`]),
  ];
  return `${metric} as learned${wishes.length === 0 ? '' : ` (${wishes.join(', ')})`}`;
}

/**
 * The key of a check with set bounds within its dataset: `row_count must be greater than 0`, or the metric's key and the
 * check's name: `row_count: enough flights`. A query's name is in its metric. Learned checks have the metric's key. Of a
 * group of rows: `row_count[origin=SFO] must be greater than 0`.
 */
export function checkKey(check: CheckDefinition, column?: string, segment?: string): string {
  if (check.name === undefined || isQueryMetric(check.metric)) return describeCheck(check, column, segment);
  return `${metricKey(metricLabel(check), column, segment)}: ${check.name}`;
}

/** A condition in words: `must be between 100 and 700`. */
export function describeCondition(condition: SetCondition, format: ValueFormat): string {
  const words = condition.operator.replaceAll('_', ' ');
  if (!('low' in condition)) return `${words} ${formatValue(condition.value, format)}`;
  return `${words} ${formatValue(condition.low, format)} and ${formatValue(condition.high, format)}`;
}

/**
 * The name of the metric that a check is about: of a percentile the metric that measures it, `p95`; of a query with the
 * check's name, `custom_sql(mean speed)`; of validity with what is valid.
 */
export function metricLabel(check: Omit<CheckDefinition, 'threshold'>): string {
  const { metric, name, settings } = check;
  const percentile = settings['percentile'];
  if (metric === 'percentile' && typeof percentile === 'number') return percentileName(percentile);
  if (isQueryMetric(metric)) return `${metric}(${name ?? ''})`;
  return isValidityMetric(metric) ? `${metric}(${validityLabel(validityRule(check, ''))})` : metric;
}
