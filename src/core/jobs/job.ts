import type { Failure } from '../../base/errors.ts';
import type { ClusterName, DatasetName, JobId, PartitionKey } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { TaskSource } from './task.ts';

/** Work on one dataset. What its tasks are follows from the spec and from the outcomes committed so far: `planTasks`. */
export type Job = {
  readonly id: JobId;
  readonly cluster: ClusterName;
  readonly dataset: DatasetName;
  readonly spec: JobSpec;
  readonly priority: JobPriority;
  /** Jobs of one backfill carry the backfill's id here. */
  readonly group?: JobId;
  readonly createdAt: Instant;
  readonly control: JobControl;
  /** Of whoever caused it (W3C Trace Context, 32 hexadecimal digits); absent in jobs of releases without traces. */
  readonly traceId?: string;
};

export type JobSpec =
  /** Ingestion: lookup, then one ingest task per new or changed partition. `force` reads unchanged ones again. */
  | {
      readonly kind: 'scan';
      readonly only?: readonly PartitionKey[];
      readonly force?: boolean;
      readonly source?: TaskSource;
    }
  /** Ingestion: the same over a time frame (inclusive keys), never more than `concurrency` partitions at once; `force` as above. */
  | {
      readonly kind: 'backfill';
      readonly from?: string;
      readonly to?: string;
      readonly concurrency: number;
      readonly force?: boolean;
      readonly source?: TaskSource;
    }
  /** Quality: measure each batch, put the definition's queries to the whole, evaluate, notify. */
  | ({ readonly kind: 'check' } & RevisionWork)
  /** Quality: measure and query a backfilled revision; it is judged by the backfill's `learn` job. */
  | ({ readonly kind: 'profile' } & RevisionWork)
  /** Quality: evaluate all measured partitions of a frame in order, then notify. Waits for the rest of its group. */
  | { readonly kind: 'learn'; readonly from?: string; readonly to?: string }
  /** Quality: a partition could not be ingested; evaluate (an error result, an incident), then notify. */
  | {
      readonly kind: 'report';
      readonly partition: PartitionKey;
      readonly failure: Failure;
      /** What the source looked like, when trying the same again can not help. */
      readonly fingerprint?: string;
    }
  /** Quality: tasks without data, which are busy for a time each and then commit: what drills exercise a cluster with. */
  | { readonly kind: 'exercise'; readonly tasks: number; readonly busyMs: number };

type RevisionWork = {
  readonly revision: RevisionRef;
  readonly batches: number;
  /** Whether the definition has queries to put to it; absent in jobs of versions that had none. */
  readonly queries?: boolean;
};

export type JobKind = JobSpec['kind'];

/** Lower numbers are served first: a huge backfill never delays a daily check. */
export type JobPriority = 0 | 1 | 2;

/** The priority of each kind of job. A `profile` job is as patient as the backfill that it belongs to. */
export const jobPriority = {
  check: 0,
  report: 0,
  scan: 1,
  exercise: 1,
  backfill: 2,
  profile: 2,
  learn: 2,
} as const satisfies Record<JobKind, JobPriority>;

/** All kinds that this release knows; the queue may hold jobs of a later one. */
export const jobKinds = Object.keys(jobPriority) as readonly JobKind[];

/** Whether this release can plan a job; others are for a leader of a later release. */
export function isPlannable(job: Pick<Job, 'spec'>): boolean {
  return jobKinds.includes(job.spec.kind);
}

/** The cluster that works on each kind of job. */
export const jobCluster = {
  scan: 'ingestion',
  backfill: 'ingestion',
  check: 'quality',
  profile: 'quality',
  learn: 'quality',
  report: 'quality',
  exercise: 'quality',
} as const satisfies Record<JobKind, ClusterName>;

/** What a person wants of the job: paused, its running tasks finish and no new one starts. */
export type JobControl = 'run' | 'pause' | 'cancel';

/** How a job ended. `failed`: at least one task failed for good. */
export type JobEnd = {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly endedAt: Instant;
  readonly tasks: number;
  readonly tasksFailed: number;
};

/** A job to enqueue: its cluster and priority follow from its kind. */
export function newJob(request: {
  readonly id: JobId;
  readonly dataset: DatasetName;
  readonly spec: JobSpec;
  readonly createdAt: Instant;
  readonly group?: JobId;
  readonly traceId?: string;
}): Job {
  const { kind } = request.spec;
  return { ...request, cluster: jobCluster[kind], priority: jobPriority[kind], control: 'run' };
}
