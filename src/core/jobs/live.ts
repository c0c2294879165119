import type { Failure } from '../../base/errors.ts';
import type { ClusterName, DatasetName, JobId, NodeId, TaskName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { JobControl, JobKind, JobPriority } from './job.ts';
import type { PlannedTask } from './task.ts';

/** An admitted job as the coordination service holds it: its tasks and where each stands. Rebuilt from the database. */
export type LiveJob = {
  readonly id: JobId;
  readonly cluster: ClusterName;
  readonly dataset: DatasetName;
  readonly kind: JobKind;
  readonly priority: JobPriority;
  readonly control: JobControl;
  /** At most this many of its tasks run at once. */
  readonly concurrency: number;
  readonly admittedAt: Instant;
  /** Of the job; absent in tables of releases without traces. */
  readonly traceId?: string;
  readonly tasks: readonly LiveTask[];
};

/** A task of an admitted job. Changed by `transition` in `task-state.ts` alone. */
export type LiveTask = {
  readonly plan: PlannedTask;
  /** Attempts begun that count against the retry limit: a lost node or a drain costs none. */
  readonly attempts: number;
  /** Where its worker died, or the node itself while it ran it, in order; too many, and it is quarantined. */
  readonly deaths: readonly NodeId[];
  readonly state: LiveTaskState;
};

export type LiveTaskState =
  /** Until its predecessors have ended. */
  | { readonly state: 'blocked' }
  /** Until a slot is free, but not before `notBefore` (back-off). */
  | { readonly state: 'waiting'; readonly notBefore: Instant; readonly lastFailure?: Failure }
  | ({ readonly state: 'assigned'; readonly attempt: number } & Copy)
  /** With two nodes in the same attempt: the first one takes far longer than is usual. The first commit wins. */
  | {
      readonly state: 'doubled';
      readonly attempt: number;
      /** In the order in which they were given away; never both on one node. */
      readonly copies: readonly [Copy, Copy];
    }
  /** Its outcome stands in the database. */
  | { readonly state: 'ended'; readonly status: 'done' | 'failed' | 'quarantined' | 'cancelled' };

/** A task with one node; `at`, by the leader's clock, tells assignments of the same attempt to the same node apart. */
export type Copy = { readonly node: NodeId; readonly at: Instant };

/** A task's full address, for maps. */
export type LiveTaskKey = { readonly job: JobId; readonly name: TaskName };
