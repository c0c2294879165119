import { metricKey } from '../metrics/metric.ts';
import { splitMetricKey } from './format.ts';
import type { Result } from './result.ts';

/**
 * The result that a person means: the one of the check with this key, else the worst of those that a check with this name
 * gave. `results` are those of one partition, the worst first.
 */
export function findCheck<T extends Pick<Result, 'check' | 'metric'>>(
  results: readonly T[],
  wanted: string,
): T | undefined {
  return results.find(({ check }) => check === wanted) ?? results.find((result) => isNamed(result, wanted));
}

function isNamed({ check, metric }: Pick<Result, 'check' | 'metric'>, name: string): boolean {
  const queries = [`custom_sql(${name})`, `failed_rows(${name})`];
  return (
    queries.includes(metric) ||
    metric === name ||
    check === `${metric}: ${name}` ||
    withoutRule(metric) === name
  );
}

/** `origin.invalid_percent` of `origin.invalid_percent(regex=^[A-Z]{3}$)`: people do not write the rule again. */
function withoutRule(metric: string): string {
  const { column, name, segment } = splitMetricKey(metric);
  return metricKey(name, column, segment);
}
