/**
 * What can be wrong with a drill.
 * lost: asked for, taken, and not there. duplicated: there more often than it was asked for. double_commit: one task with
 * the effects of two. unexpected: nobody asked for it. stuck: it has not ended. failed: it ended otherwise than without
 * faults. wrong: it ended well with something else in it than without faults. retried: attempts failed that must not. idle:
 * it was to get work and did not.
 */
export type FindingKind =
  | 'lost'
  | 'duplicated'
  | 'double_commit'
  | 'unexpected'
  | 'stuck'
  | 'failed'
  | 'wrong'
  | 'retried'
  | 'idle';

/** One thing that is wrong, in words. */
export type Finding = { readonly kind: FindingKind; readonly what: string };

export type DrillVerdict = {
  /** Only if there is no finding at all, and something was done. */
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  readonly counts: DrillCounts;
};

export type DrillCounts = {
  /** Jobs of the database: those that were asked for, and those that follow from them. */
  readonly jobs: number;
  readonly jobsSucceeded: number;
  readonly tasks: number;
  /** Submissions without an answer whose job was done all the same. */
  readonly recovered: number;
  readonly results: number;
  readonly incidents: number;
  readonly messages: number;
  /** Deliveries of a message that was delivered before, under the same idempotency key: receivers drop them. */
  readonly messagesRepeated: number;
  /** Attempts that failed and were made again. */
  readonly retries: number;
};
