import type { Failure } from '../../base/errors.ts';
import type { DatasetName, JobId, NodeId, PartitionKey, SourceName, TaskName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { ListedPartition } from '../datasets/source.ts';

/** Where a task reads: its leader lets no more tasks of one source run at once than the source takes well. */
export type TaskSource = {
  readonly name: SourceName;
  /** What the dataset allows. */
  readonly concurrencyMax?: number;
};

/** What a task does: plain data, all that a data node needs beside the stores. */
export type TaskSpec =
  | {
      readonly kind: 'lookup';
      readonly dataset: DatasetName;
      readonly from?: string;
      readonly to?: string;
      readonly only?: readonly PartitionKey[];
      readonly force?: boolean;
      /** Absent of what lies on the machine itself, and in tasks of releases that knew no protection. */
      readonly source?: TaskSource;
    }
  | {
      readonly kind: 'ingest';
      readonly dataset: DatasetName;
      readonly listed: ListedPartition;
      /** The backfill it belongs to; decides whether a `profile` or a `check` job follows. */
      readonly backfill?: JobId;
      /** Somebody asked for it to be read and checked again, even if its content is what it was. */
      readonly force?: boolean;
      readonly source?: TaskSource;
    }
  | { readonly kind: 'measure'; readonly revision: RevisionRef; readonly batch: number }
  /** Puts the definition's questions to all rows of a revision at once. */
  | { readonly kind: 'query'; readonly revision: RevisionRef }
  | { readonly kind: 'evaluate'; readonly dataset: DatasetName; readonly target: EvaluateTarget }
  | { readonly kind: 'notify'; readonly dataset: DatasetName; readonly target: EvaluateTarget }
  /** Is busy for a time, then commits a value that anybody can compute: `exerciseValue`. */
  | { readonly kind: 'exercise'; readonly number: number; readonly busyMs: number };

export type TaskKind = TaskSpec['kind'];

/** What is evaluated and told about: one revision, a backfilled frame, or a partition that could not be ingested. */
export type EvaluateTarget =
  | { readonly kind: 'revision'; readonly revision: RevisionRef }
  | { readonly kind: 'frame'; readonly backfill: JobId; readonly from?: string; readonly to?: string }
  | {
      readonly kind: 'failure';
      readonly partition: PartitionKey;
      readonly failure: Failure;
      readonly fingerprint?: string;
    };

/** A task of a job's plan, before anything is known of its execution. */
export type PlannedTask = {
  readonly name: TaskName;
  readonly spec: TaskSpec;
  /** Tasks of the same job that must have ended, well or badly, before it starts. */
  readonly after: readonly TaskName[];
  readonly timeoutMs: number;
  readonly memoryMb: number;
};

/** How a task ended, committed once under the task's id. It is the only thing that counts; everything else is live state. */
export type TaskOutcome = {
  readonly name: TaskName;
  readonly status: 'done' | 'failed' | 'quarantined' | 'cancelled';
  readonly attempts: number;
  readonly node?: NodeId;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Of a task that is done. */
  readonly output?: TaskOutput;
  /** Of a task that is not. */
  readonly error?: Failure;
};

/** What the planning of further tasks, progress and history need of a done task. */
export type TaskOutput =
  | { readonly kind: 'lookup'; readonly changed: readonly ListedPartition[]; readonly unchanged: number }
  | {
      readonly kind: 'ingest';
      /** Absent when the content turned out to be unchanged, so that nothing follows. */
      readonly revision?: RevisionRef;
      readonly rowCount: number;
      readonly rejectedCount: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'measure'; readonly rowCount: number }
  | { readonly kind: 'query'; readonly queries: number; readonly failed: number }
  | {
      readonly kind: 'evaluate';
      readonly partitions: number;
      readonly results: number;
      readonly alarms: number;
    }
  | { readonly kind: 'notify'; readonly messages: number }
  | { readonly kind: 'exercise'; readonly value: number };
