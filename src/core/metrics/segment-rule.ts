/** Rows grouped by the values of one or two columns: each group is measured by itself. */
export type SegmentRule = {
  /** One or two columns. */
  readonly columns: readonly string[];
  /** At most this many groups, the largest ones; all other rows together are the group “other”. */
  readonly groupsMax: number;
  /** Names of the metrics that are kept and judged for each group, such as `row_count`, `avg`. */
  readonly metrics: readonly string[];
};
