/** What a segment rule can name, beside any percentile of numbers (`p95`): `row_count` of the group, the others of each column. */
export const segmentMetricNames: readonly string[] = [
  'row_count',
  'null_count',
  'null_percent',
  'missing_count',
  'missing_percent',
  'distinct_count',
  'sum',
  'avg',
  'stddev',
  'min',
  'max',
  'zero_count',
  'negative_count',
  'nan_count',
  'infinite_count',
  'min_length',
  'max_length',
  'avg_length',
  'empty_count',
  'true_count',
  'false_count',
];

/** Whether groups have a metric of this name. */
export function isSegmentMetric(name: string): boolean {
  return segmentMetricNames.includes(name) || percentileOfName(name) !== undefined;
}

/** 99.9 of `p99.9`; undefined of what is no percentile. */
export function percentileOfName(name: string): number | undefined {
  const [, percent] = /^p(\d{1,2}(?:\.\d{1,4})?)$/.exec(name) ?? [];
  return percent === undefined ? undefined : Number(percent);
}
