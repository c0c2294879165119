/** A measured value of a partition. */
export type MetricValue = {
  /** A metric's name, such as `row_count` or `avg`. */
  readonly metric: string;
  /** The column, for column metrics. */
  readonly column?: string;
  /** The group of rows that it is about, such as `origin=SFO` (`segmentLabel`); absent for all rows. */
  readonly segment?: string;
  /** Undefined when the metric has no value here, such as the average of no rows. */
  readonly value: number | undefined;
  /** The exact decimal text, where a double would round (integers above 2^53, decimals); the text of a text or a time. */
  readonly exact?: string;
  readonly scale: MetricScale;
  /** How many rows stand behind the value. */
  readonly rows: number;
  /** Relative error bound of an approximate value, such as 0.01; absent when exact. */
  readonly relativeError?: number;
  /** Error bound of an approximate value in the metric's own unit, where no relative one holds. */
  readonly absoluteError?: number;
};

/**
 * How a metric's values behave, which decides how bounds are learned.
 * `percent` is 0–100 of `rows`; `count` is a whole number of 0 or more; `duration` is milliseconds, 0 or more;
 * `distance` is 0–1, between distributions.
 */
export type MetricScale = 'count' | 'percent' | 'duration' | 'distance' | 'number';

/** A metric's key within a dataset: `row_count`, `delay.null_percent`, `delay.avg[origin=SFO]`. Unique, stable, shown to people. */
export type MetricKey = string;

/** The key of a metric of the dataset or of a column, of all rows or of a segment. */
export function metricKey(metric: string, column?: string, segment?: string): MetricKey {
  const key = column === undefined ? metric : `${column}.${metric}`;
  return segment === undefined ? key : `${key}[${segment}]`;
}

/** A metric's detail that is no single number, such as the most frequent values. Shown, not judged. */
export type MetricDetail = {
  readonly metric: string;
  readonly column: string;
  /** The group of rows that it is about; absent for all rows. */
  readonly segment?: string;
  readonly values: readonly DetailValue[];
  /** Counts may be too high by at most this. */
  readonly countError: number;
};

/** A value, or a range of values, with the number of its rows. */
export type DetailValue = {
  readonly value: string;
  readonly count: number;
  /** Of a drift: the percentage of rows in the baseline and in the partition. */
  readonly percent?: { readonly from: number; readonly to: number };
};
