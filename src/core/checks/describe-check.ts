import { percentileName } from '../metrics/families/quantiles.ts';
import { metricKey } from '../metrics/metric.ts';
import type { CheckDefinition, SetCondition } from './definition.ts';
import { formatOf, formatValue, type ValueFormat } from './format.ts';

/** A check in words: `row_count must be greater than 0`, `delay.avg as learned (only a rise, sensitivity high)`. */
function describeCheck(check: CheckDefinition, column?: string): string {
  const metric = metricKey(metricLabel(check), column);
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
 * check's name: `row_count: enough flights`. Learned checks have the metric's key.
 */
export function checkKey(check: CheckDefinition, column?: string): string {
  if (check.name === undefined) return describeCheck(check, column);
  return `${metricKey(metricLabel(check), column)}: ${check.name}`;
}

/** A condition in words: `must be between 100 and 700`. */
export function describeCondition(condition: SetCondition, format: ValueFormat): string {
  const words = condition.operator.replaceAll('_', ' ');
  if (!('low' in condition)) return `${words} ${formatValue(condition.value, format)}`;
  return `${words} ${formatValue(condition.low, format)} and ${formatValue(condition.high, format)}`;
}

/** A check's metric; of a percentile, the metric that measures it: `p95`. */
export function metricLabel(check: CheckDefinition): string {
  const percentile = check.settings['percentile'];
  if (check.metric !== 'percentile' || typeof percentile !== 'number') return check.metric;
  return percentileName(percentile);
}
