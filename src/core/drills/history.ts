import type { DatasetName, JobId, NodeId, TaskName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { JobEnd, JobKind, JobSpec } from '../jobs/job.ts';
import type { TaskOutcome } from '../jobs/task.ts';
import type { Comparable } from './comparable.ts';
import type { FaultKind } from './fault-plan.ts';

/** Everything that is known of a drill when it is over: what it asked for, what was done to it, and what stands. */
export type DrillHistory = {
  readonly submissions: readonly Submission[];
  /** Every job of the drill that the database knows, with its tasks as they were committed. */
  readonly jobs: readonly DrilledJob[];
  readonly effects: readonly DrillEffect[];
  readonly deliveries: readonly Delivery[];
  readonly results: readonly Comparable[];
  readonly incidents: readonly Comparable[];
  readonly faults: readonly InjectedFault[];
  readonly processes: readonly ProcessChange[];
  readonly counts: readonly Counted[];
};

/** What must not depend on what happened on the way: the same of a run that nothing disturbed. */
export type DrillReference = Pick<DrillHistory, 'jobs' | 'deliveries' | 'results' | 'incidents'>;

/** A job that was asked for. Without an answer nobody knows whether it was taken: both is right then. */
export type Submission = {
  readonly at: Instant;
  readonly dataset: DatasetName;
  readonly kind: JobKind;
  readonly answered: boolean;
  /** Unknown when the API was to choose it and did not answer. */
  readonly job?: JobId;
};

export type DrilledJob = {
  readonly id: JobId;
  readonly dataset: DatasetName;
  readonly kind: JobKind;
  readonly spec: JobSpec;
  readonly state: 'open' | JobEnd['status'];
  readonly createdAt: Instant;
  readonly endedAt?: Instant;
  readonly tasks: readonly DrilledTask[];
};

export type DrilledTask = Pick<
  TaskOutcome,
  'name' | 'status' | 'attempts' | 'node' | 'startedAt' | 'endedAt' | 'error'
> & { readonly output?: unknown };

/** What one commit of an exercise left behind. */
export type DrillEffect = {
  readonly job: JobId;
  readonly name: TaskName;
  readonly node: NodeId;
  readonly attempt: number;
  readonly epoch: bigint;
  readonly at: Instant;
  readonly value: number;
};

/** A message as the receiver got it. `text` is what has to be the same in every run. */
export type Delivery = { readonly at: Instant; readonly key: string; readonly text: string };

/** Something that was done to the cluster, by its number in the report. */
export type InjectedFault = {
  readonly number: number;
  readonly at: Instant;
  readonly kind: FaultKind;
  /** Names of the processes that it hit. */
  readonly targets: readonly string[];
  /** In words: what was chosen, such as "the leader of quality". */
  readonly what: string;
  /** When everything that it hit was well again; absent when that was not seen. */
  readonly healedAt?: Instant;
};

export type ProcessChange = {
  readonly at: Instant;
  readonly name: string;
  readonly role: string;
  readonly state: string;
  /** The version that it says it is, once it is ready. */
  readonly version?: string;
};

/** How much a counter of all processes grew since it was looked at before. */
export type Counted = { readonly at: Instant; readonly name: string; readonly by: number };
