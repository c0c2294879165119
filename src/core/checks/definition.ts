/** A check: a metric of the dataset or of one column, and the bounds that it must keep. */
export type CheckDefinition = {
  /** A metric's name as in `docs/key-concepts.md`, such as `row_count`, `null_percent`, `percentile`. */
  readonly metric: string;
  /** Shown in results; by default made from metric and bounds. */
  readonly name?: string;
  /** Set bounds, or learned ones with their settings. Several sets of bounds may stand at one metric. */
  readonly threshold: SetThreshold | LearnedThreshold;
  /** The metric's own settings, such as `percentile: 0.95`. */
  readonly settings: Readonly<Record<string, number | string | boolean | readonly string[]>>;
};

/** Set bounds of one group of rows, or of every group that is measured by itself. */
export type SegmentCheck = Omit<CheckDefinition, 'threshold'> & {
  /** Absent for `row_count`. */
  readonly column?: string;
  /** The group's values of the rule's columns, null for null; absent for every group. */
  readonly group?: readonly (string | null)[];
  readonly threshold: SetThreshold;
};

/** `fail` breaks the partition; `warn` only says so. */
export type CheckLevel = 'warn' | 'fail';

/** Bounds that a person set. All given conditions must hold. Times are milliseconds, percentages 0–100. */
export type SetThreshold = {
  readonly kind: 'set';
  readonly level: CheckLevel;
  readonly conditions: readonly SetCondition[];
};

export type SetCondition =
  | { readonly operator: 'must_be'; readonly value: number }
  | { readonly operator: 'must_not_be'; readonly value: number }
  | { readonly operator: 'must_be_greater_than'; readonly value: number }
  | { readonly operator: 'must_be_greater_than_or_equal'; readonly value: number }
  | { readonly operator: 'must_be_less_than'; readonly value: number }
  | { readonly operator: 'must_be_less_than_or_equal'; readonly value: number }
  | { readonly operator: 'must_be_between'; readonly low: number; readonly high: number }
  | { readonly operator: 'must_be_not_between'; readonly low: number; readonly high: number };

/** Bounds that Assay learns. `off` measures without judging. */
export type LearnedThreshold = {
  readonly kind: 'learned';
  readonly enabled: boolean;
  readonly direction: Direction;
  readonly sensitivity: Sensitivity;
};

/** Which side alarms: only a rise, only a drop, or both. */
export type Direction = 'up' | 'down' | 'both';

/** A multiplier on the metric's bar: low 2, medium 1, high 0.5. */
export type Sensitivity = 'low' | 'medium' | 'high';
