import type { ResultId } from '../../base/ids.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { SchemaChange } from '../datasets/schema-change.ts';
import type { MetricKey } from '../metrics/metric.ts';
import type { LearnedRecord } from '../thresholds/record.ts';
import type { SetThreshold } from './definition.ts';

/** `not_evaluated`: measured, but there is not enough history to judge. */
export type ResultStatus = 'pass' | 'warn' | 'fail' | 'error' | 'not_evaluated';

/** The verdict of one check on one revision. It holds all that `explain` needs to recompute it. */
export type Result = {
  readonly id: ResultId;
  readonly revision: RevisionRef;
  /** The check's key within the dataset: the metric's key, with the check's name when bounds were set. */
  readonly check: string;
  readonly metric: MetricKey;
  readonly status: ResultStatus;
  readonly value?: number;
  readonly exact?: string;
  /** The band shown to people; a value outside it alarms, inside it does not. */
  readonly lower?: number;
  readonly upper?: number;
  /** How far outside: 1 is the edge of the band. Orders an incident's lines. */
  readonly severity?: number;
  readonly record: ResultRecord;
};

/** Why the result is what it is. */
export type ResultRecord =
  | { readonly kind: 'learned'; readonly learned: LearnedRecord }
  /** With a reason, it could not be judged: the value is unknown, or known too roughly for these bounds. */
  | { readonly kind: 'set'; readonly threshold: SetThreshold; readonly reason?: string }
  | {
      readonly kind: 'schema';
      readonly changes: readonly SchemaChange[];
      readonly comparedWith?: RevisionRef;
    }
  | { readonly kind: 'rule'; readonly rule: RuleName; readonly detail: string }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** Verdicts outside the statistical budget, always on. */
export type RuleName = 'empty_partition' | 'repeated_partition' | 'metric_undefined' | 'segments';
