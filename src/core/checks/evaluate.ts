import type { Instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import type { RejectedRows, RevisionRef } from '../datasets/revision.ts';
import type { Schema } from '../datasets/schema.ts';
import type { MetricDetail, MetricValue } from '../metrics/metric.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import type { Result } from './result.ts';

/** Everything a verdict depends on: the same input gives the same output, bit for bit. */
export type EvaluationInput = {
  readonly definition: DatasetDefinition;
  readonly now: Instant;
  /** The partitions before the first target, in order. */
  readonly history: MetricHistory;
  /** What the schema of the first target is compared with: the partition before it. */
  readonly previousSchema?: { readonly revision: RevisionRef; readonly schema: Schema };
  /** In partition order; each is history for those after it. */
  readonly targets: readonly EvaluationTarget[];
};

/** A revision to judge. */
export type EvaluationTarget = {
  readonly revision: RevisionRef;
  readonly schema: Schema;
  readonly rejected: RejectedRows;
  readonly sizeBytes: number;
  readonly modifiedAt?: Instant;
  readonly ingestedAt: Instant;
  /** The encoded profile of each batch. */
  readonly profiles: readonly Uint8Array[];
};

export type EvaluationOutput = { readonly evaluations: readonly Evaluation[] };

/** What was found out about one revision. */
export type Evaluation = {
  readonly revision: RevisionRef;
  readonly values: readonly MetricValue[];
  readonly details: readonly MetricDetail[];
  readonly results: readonly Result[];
};
