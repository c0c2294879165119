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

/** Whose deviations a metric's are like: those of the same metric in other groups of rows, else those of its family. */
export function metricKin(key: MetricKey, family: MetricFamily): string {
  return family === 'segment' ? splitSegment(key).metric : family;
}

/** Whether a metric averages over its rows in some way, and so is the noisier the fewer they are. */
export function isMeanOfRows(key: MetricKey, scale: MetricScale): boolean {
  const { metric } = splitSegment(key);
  const name = metric.slice(metric.lastIndexOf('.') + 1);
  return (
    scale === 'number' && metric.includes('.') && name !== 'sum' && (name === 'stddev' || !extremes.has(name))
  );
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

/**
 * How large a part of the alert budget a metric has, in parts of an ordinary one. Whether all rows are there is asked first,
 * and by one or two metrics alone: among hundreds of others they would be heard only when next to nothing arrives.
 */
export function budgetWeight(family: MetricFamily): number {
  return family === 'dataset' ? 10 : 1;
}
