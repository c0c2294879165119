import type { MetricKey, MetricScale } from '../metrics/metric.ts';
import { splitSegment } from '../metrics/segments/segment-label.ts';

/** Metrics that behave alike: when one of them surprises, its kin may too. */
export type MetricFamily =
  | 'dataset'
  | 'count'
  | 'percent'
  | 'duration'
  | 'distance'
  | 'extreme'
  | 'moment'
  | 'percentile'
  | 'segment';

/** Whether a metric may follow the number of rows behind it: not what counts them, nor what is said of the dataset as a whole. */
export function isMeasuredPerRow(key: MetricKey): boolean {
  return splitSegment(key).metric.includes('.');
}

const extremes: ReadonlySet<string> = new Set(['min', 'max', 'stddev', 'min_length', 'max_length']);

/** The family of a metric. Those of groups of rows are one, because they are many and noisier. Extremes and standard deviations are ruled by single rows, so they are apart. */
export function metricFamily(key: MetricKey, scale: MetricScale): MetricFamily {
  const { metric, segment } = splitSegment(key);
  if (segment !== undefined) return 'segment';
  const at = metric.lastIndexOf('.');
  const name = metric.slice(at + 1);
  if (extremes.has(name)) return 'extreme';
  if (scale === 'percent' || scale === 'duration' || scale === 'distance') return scale;
  if (at < 0) return 'dataset';
  if (scale === 'count') return 'count';
  return /(?:^|\.)p\d/.test(metric.slice(Math.max(0, at - 4))) ? 'percentile' : 'moment';
}
