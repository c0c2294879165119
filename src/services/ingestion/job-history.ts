import { type Failure, failure } from '../../base/errors.ts';
import type { ClusterName, DatasetName, JobId, NodeId, TaskName } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { JobControl, JobEnd, JobKind, JobPriority, JobSpec } from '../../core/jobs/job.ts';
import type { TaskOutcome, TaskOutput } from '../../core/jobs/task.ts';
import type { JobFilter, JobRecord, JobStore } from '../../ports/job-store.ts';

/** A job for people. Times are milliseconds since 1970. */
export type JobView = {
  readonly id: JobId;
  readonly dataset: DatasetName;
  readonly kind: JobKind;
  readonly cluster: ClusterName;
  readonly priority: JobPriority;
  readonly group?: JobId;
  readonly control: JobControl;
  readonly state: 'open' | JobEnd['status'];
  readonly createdAt: Instant;
  readonly endedAt?: Instant;
  /** The trace of whoever caused it. */
  readonly traceId?: string;
  readonly spec: JobSpec;
  readonly tasksEnded: number;
  readonly tasksFailed: number;
};

/** One job with its ended tasks. */
export type JobDetailView = JobView & { readonly tasks: readonly TaskView[] };

/** An ended task: its output without the provider's own data. */
export type TaskView = {
  readonly name: TaskName;
  readonly status: TaskOutcome['status'];
  readonly attempts: number;
  readonly node?: NodeId;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly output?: TaskOutputView;
  readonly error?: Failure;
};

export type TaskOutputView =
  | { readonly kind: 'lookup'; readonly changed: number; readonly unchanged: number }
  | Exclude<TaskOutput, { kind: 'lookup' }>;

/** The queue and its history. */
export class JobHistory {
  readonly #jobs: JobStore;

  constructor(jobs: JobStore) {
    this.#jobs = jobs;
  }

  /** Jobs, newest first, without their tasks. */
  async list(filter: JobFilter): Promise<readonly JobView[]> {
    const records = await this.#jobs.list(filter);
    return records.map(jobView);
  }

  /** One job with its ended tasks: `JOB_NOT_FOUND`. */
  async get(id: JobId): Promise<Outcome<JobDetailView>> {
    const record = await this.#jobs.get(id);
    if (record === undefined) return fail(unknownJob(id));
    return succeed({ ...jobView(record), tasks: record.tasks.map(taskView) });
  }
}

/** What is said of a job that there is not, or not for whoever asks. */
export function unknownJob(id: JobId): Failure {
  return failure('JOB_NOT_FOUND', `there is no job ${id}`, { hint: 'see `assay jobs`' });
}

/** The line of a job. */
function jobView({ job, end, tasks }: JobRecord): JobView {
  return {
    id: job.id,
    dataset: job.dataset,
    kind: job.spec.kind,
    cluster: job.cluster,
    priority: job.priority,
    ...(job.group === undefined ? {} : { group: job.group }),
    control: job.control,
    state: end?.status ?? 'open',
    createdAt: job.createdAt,
    ...(end === undefined ? {} : { endedAt: end.endedAt }),
    ...(job.traceId === undefined ? {} : { traceId: job.traceId }),
    spec: job.spec,
    tasksEnded: end?.tasks ?? tasks.length,
    tasksFailed: end?.tasksFailed ?? tasks.filter((task) => task.status !== 'done').length,
  };
}

function taskView(outcome: TaskOutcome): TaskView {
  const { output, ...rest } = outcome;
  if (output === undefined) return rest;
  // A lookup's output lists every file of every changed partition: for the cluster, not for people.
  const view: TaskOutputView =
    output.kind === 'lookup'
      ? { kind: 'lookup', changed: output.changed.length, unchanged: output.unchanged }
      : output;
  return { ...rest, output: view };
}
