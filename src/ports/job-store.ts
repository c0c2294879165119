import type { Failure } from '../base/errors.ts';
import type { ClusterName, DatasetName, JobId, NodeId, TaskName } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Instant } from '../base/units.ts';
import type { Job, JobControl, JobEnd, JobKind } from '../core/jobs/job.ts';
import type { TaskOutcome } from '../core/jobs/task.ts';
import type { Unsubscribe } from './coordination.ts';

/** The job queue and history. A job is open until it has ended; whether it is admitted is the coordination's affair. */
export interface JobStore {
  /** Adds jobs. One whose id exists already is left as it is. */
  enqueue(jobs: readonly Job[]): Promise<void>;
  /**
   * Adds jobs of datasets that are registered, and leaves out those that are not, or whose id exists already; returns the ids
   * of those that it added. Who gives equal work an equal id has it done once.
   */
  enqueueOnce(jobs: readonly Job[]): Promise<ReadonlySet<JobId>>;
  /**
   * Open jobs of a cluster that could be admitted, in the order of service: at most `perDataset` of each dataset, at
   * most `limit` in all, of these `kinds`, without those in `admitted`, without paused ones that have nothing to end, and without `learn`
   * jobs while another job of their group is open.
   */
  ready(request: ReadyRequest): Promise<readonly Job[]>;
  /** Open jobs among these ids, with their present control. Those that have ended are absent. */
  open(ids: readonly JobId[]): Promise<readonly Job[]>;
  /** How many jobs of a cluster are open, in all and by dataset: what back-pressure is decided from. */
  depth(cluster: ClusterName): Promise<QueueDepth>;
  /** The committed outcomes of these jobs' tasks. */
  outcomes(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, readonly TaskOutcome[]>>;
  /**
   * Records ends that no commit wrote: failures, quarantine, cancellation. The first outcome of a task wins; returned
   * are the outcomes that now stand, in the order asked. In the same transaction, `followUps` are enqueued for those
   * tasks whose outcome is the one given here.
   */
  recordEnds(ends: readonly RecordEnd[]): Promise<readonly TaskOutcome[]>;
  /** Ends jobs. Commits of their tasks are refused from now on. Ended ones are left as they are. */
  end(ends: readonly { readonly id: JobId; readonly end: JobEnd }[]): Promise<void>;
  /** Sets what a person wants of an open job: `JOB_NOT_FOUND`, or `ACTION_NOT_ALLOWED` when it has ended. */
  control(id: JobId, control: JobControl): Promise<Outcome<void>>;
  /** One job with how far it is. */
  get(id: JobId): Promise<JobRecord | undefined>;
  /** Jobs, newest first. */
  list(filter: JobFilter): Promise<readonly JobRecord[]>;
  /** The open jobs of a backfill's group and what is done of it. */
  backfillProgress(id: JobId): Promise<BackfillProgress | undefined>;
  /** Calls `listener` soon after jobs were enqueued, controlled or ended by any process. */
  onChange(listener: () => void): Unsubscribe;
  /** Adds a failed attempt to the history, for people: it decides nothing. */
  noteAttempt(attempt: AttemptNote): Promise<void>;
}

export type ReadyRequest = {
  readonly cluster: ClusterName;
  readonly admitted: readonly JobId[];
  /** Those that the asker knows: jobs of other kinds are left to a later release. */
  readonly kinds: readonly JobKind[];
  readonly perDataset: number;
  readonly limit: number;
};

export type QueueDepth = { readonly total: number; readonly byDataset: ReadonlyMap<DatasetName, number> };

export type RecordEnd = {
  readonly job: JobId;
  readonly outcome: TaskOutcome;
  readonly followUps: readonly Job[];
};

export type JobRecord = {
  readonly job: Job;
  readonly end?: JobEnd;
  readonly tasks: readonly TaskOutcome[];
};

export type JobFilter = {
  readonly dataset?: DatasetName;
  /** Only jobs of these datasets. */
  readonly only?: readonly DatasetName[];
  readonly kind?: JobKind;
  readonly open?: boolean;
  /** Jobs of one backfill. */
  readonly group?: JobId;
  /** Only those behind this place of the list, whether or not a job stands there. */
  readonly after?: JobPlace;
  readonly limit: number;
};

/** What orders jobs, newest first: it never changes, so that a list that grows keeps its places. */
export type JobPlace = { readonly createdAt: Instant; readonly id: JobId };

/** How far a backfill is: partitions listed, ingested, measured, judged. */
export type BackfillProgress = {
  readonly job: Job;
  readonly state: 'looking_up' | 'running' | 'paused' | 'learning' | 'succeeded' | 'failed' | 'cancelled';
  /** Undefined until the lookup is done. */
  readonly partitions?: number;
  readonly ingested: number;
  readonly failed: number;
  readonly measured: number;
  readonly rows: number;
  readonly startedAt: Instant;
  readonly endedAt?: Instant;
  /** Partitions that failed for good, with the cause; at most 20. */
  readonly failures: readonly { readonly task: TaskName; readonly failure: Failure }[];
};

export type AttemptNote = {
  readonly job: JobId;
  readonly name: TaskName;
  readonly attempt: number;
  readonly node: NodeId;
  readonly at: Instant;
  readonly failure: Failure;
};
