import type { PartitionKey } from '../../base/ids.ts';
import type { MetricKey, MetricScale } from '../metrics/metric.ts';

/** The metric series of a dataset, column by column: the values of each metric over the same list of partitions. */
export type MetricHistory = {
  /** In partition order. */
  readonly partitions: readonly HistoryPartition[];
  readonly series: readonly MetricSeries[];
};

export type HistoryPartition = {
  readonly key: PartitionKey;
  readonly revision: number;
  /** What people said about this partition's incidents, which decides how it is learned from. */
  readonly feedback?: Feedback;
  /** The name of the day, where it is one of its own kind: a holiday, a yearly sale. */
  readonly specialDay?: string;
};

/** Reasons for which an incident was resolved that teach the thresholds. */
export const feedbackReasons = [
  'expected_once',
  'expected',
  'expected_weekly',
  'expected_monthly',
  'expected_yearly',
  'new_normal',
  'real_error',
  'false_alarm',
] as const;

export type Feedback = (typeof feedbackReasons)[number];

export type MetricSeries = {
  readonly metric: MetricKey;
  readonly scale: MetricScale;
  /** One for each partition of the history; null where the metric has no value. */
  readonly values: readonly (number | null)[];
  /** Rows behind each value. */
  readonly rows: readonly number[];
};

/** A dataset without any history. */
export const noHistory: MetricHistory = { partitions: [], series: [] };
