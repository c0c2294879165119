/** Rows grouped by the values of one or two columns: each group is measured by itself. */
export type SegmentRule = {
  /** One or two columns. */
  readonly columns: readonly string[];
  /** At most this many groups, the largest ones; all other rows together are the group “other”. */
  readonly groupsMax: number;
  /** Names of the metrics that are kept and judged for each group, such as `row_count`, `avg`; and of details, such as `top_values`. */
  readonly metrics: readonly string[];
  /** Metrics of single columns or groups that checks ask for beside those. */
  readonly asked?: readonly AskedSegmentMetric[];
};

/** A metric that a check asks of one group, or of every group. */
export type AskedSegmentMetric = {
  /** As it is measured: `avg`, `p95`, `invalid_percent(format=email)`. */
  readonly metric: string;
  /** Absent for `row_count`. */
  readonly column?: string;
  /** The group's name (`segmentLabel`); absent for every group. */
  readonly group?: string;
};
