import type { MetricScale } from '../../metrics/metric.ts';

/** What a definition may say about a metric. `schema` has no number: it is judged by its changes. */
export type KnownMetric = {
  readonly of: 'dataset' | 'column';
  readonly scale: MetricScale | 'none';
};

const count = { of: 'column', scale: 'count' } as const;
const percent = { of: 'column', scale: 'percent' } as const;
const figure = { of: 'column', scale: 'number' } as const;

/** The metrics that checks can name. */
export const knownMetrics: Readonly<Record<string, KnownMetric>> = {
  row_count: { of: 'dataset', scale: 'count' },
  rejected_count: { of: 'dataset', scale: 'count' },
  size_bytes: { of: 'dataset', scale: 'count' },
  column_count: { of: 'dataset', scale: 'count' },
  freshness: { of: 'dataset', scale: 'duration' },
  load_delay: { of: 'dataset', scale: 'duration' },
  schema: { of: 'dataset', scale: 'none' },
  custom_sql: { of: 'dataset', scale: 'number' },
  failed_rows: { of: 'dataset', scale: 'count' },
  duplicate_row_count: { of: 'dataset', scale: 'count' },
  null_count: count,
  null_percent: percent,
  missing_count: count,
  missing_percent: percent,
  distinct_count: count,
  duplicate_count: count,
  duplicate_percent: percent,
  invalid_count: count,
  invalid_percent: percent,
  min: figure,
  max: figure,
  avg: figure,
  sum: figure,
  stddev: figure,
  percentile: figure,
  zero_count: count,
  negative_count: count,
  nan_count: count,
  infinite_count: count,
  min_length: figure,
  max_length: figure,
  avg_length: figure,
  empty_count: count,
  uppercase_percent: percent,
  lowercase_percent: percent,
  padded_count: count,
  digit_percent: percent,
  punctuation_percent: percent,
  non_ascii_percent: percent,
  pattern_count: count,
  top_pattern_percent: percent,
  format_percent: percent,
  hour_coverage: count,
  avg_hour: figure,
  true_count: count,
  false_count: count,
  psi: figure,
  js_distance: { of: 'column', scale: 'distance' },
};
