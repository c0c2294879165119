import { isDriftMetric } from '../metrics/drift/drift-metric.ts';
import type { MetricDetail } from '../metrics/metric.ts';
import { formatValue, splitMetricKey } from './format.ts';
import type { Result } from './result.ts';

/** Whether a result is about a distribution, so that what moved in it explains it. */
export function isAboutDrift({ metric }: Result): boolean {
  return isDriftMetric(splitMetricKey(metric).name);
}

/** Which parts of a column's values moved most: `“SFO” from 30 % to 0 % of the rows`; none where nothing did. */
export function driftSentences(result: Result, details: readonly MetricDetail[]): string[] {
  if (!isAboutDrift(result)) return [];
  const { column } = splitMetricKey(result.metric);
  const detail = details.find((one) => one.metric === 'js_distance' && one.column === column);
  const moved = (detail?.values ?? []).flatMap(({ value, percent }) => {
    if (percent === undefined) return [];
    const [from, to] = [formatValue(percent.from, 'percent'), formatValue(percent.to, 'percent')];
    return [`“${value}” from ${from} to ${to}`];
  });
  return moved.length === 0 ? [] : [`What moved most, in percent of the rows: ${moved.join(', ')}.`];
}
