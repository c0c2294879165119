import type { Instant } from '../base/units.ts';

/** What the history of the queue says of how well work goes, over all processes. */
export interface WorkFigures {
  /** Of jobs that were asked for since `from`, in intervals of `bucketMs` from there on. */
  since(request: { readonly from: Instant; readonly bucketMs: number }): Promise<WorkHistory>;
}

export type WorkHistory = {
  /** Intervals in which tasks ended, in order. */
  readonly buckets: readonly WorkBucket[];
  /** Why attempts failed, the most frequent first. */
  readonly failures: readonly { readonly code: string; readonly attempts: number }[];
  /** From the failure of an attempt to the start of the one that was committed, ms; 0 without any. */
  readonly recovery: {
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
};

export type WorkBucket = {
  readonly at: Instant;
  /** Tasks that ended for good. */
  readonly tasks: number;
  /** Those that did not succeed. */
  readonly failed: number;
  /** Attempts beyond the first ones. */
  readonly retries: number;
  /** Mean running time of the last attempts, ms. */
  readonly meanMs: number;
};
