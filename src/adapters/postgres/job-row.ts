import type { Failure } from '../../base/errors.ts';
import type { ClusterName, DatasetName } from '../../base/ids.ts';
import { jobId, nodeId, taskName } from '../../base/ids.ts';
import { instant } from '../../base/units.ts';
import type { Job, JobControl, JobEnd, JobPriority, JobSpec } from '../../core/jobs/job.ts';
import type { TaskOutcome, TaskOutput } from '../../core/jobs/task.ts';
import { decodeJson } from './json.ts';
import type { RowValue } from './json-rows.ts';
import type { JobTable, TaskOutcomeTable } from './schema.ts';

/** A job of its row. */
export function jobOf(row: Omit<JobTable, 'status' | 'ended_at' | 'tasks' | 'tasks_failed'>): Job {
  return {
    id: jobId(row.id),
    cluster: row.cluster as ClusterName,
    dataset: row.dataset as DatasetName,
    spec: decodeJson<JobSpec>(row.spec),
    priority: row.priority as JobPriority,
    ...(row.group === null ? {} : { group: jobId(row.group) }),
    createdAt: instant(row.created_at),
    control: row.control as JobControl,
    ...(row.trace_id === null ? {} : { traceId: row.trace_id }),
  };
}

/** How the job of a row ended; undefined while it is open. */
export function jobEndOf(row: JobTable): JobEnd | undefined {
  if (row.ended_at === null) return undefined;
  return {
    status: row.status as JobEnd['status'],
    endedAt: instant(row.ended_at),
    tasks: row.tasks ?? 0,
    tasksFailed: row.tasks_failed ?? 0,
  };
}

/** A job as a row for `jsonRows`. */
export function jobRow(job: Job): Record<string, RowValue> {
  return {
    id: job.id,
    cluster: job.cluster,
    dataset: job.dataset,
    kind: job.spec.kind,
    priority: job.priority,
    group: job.group ?? null,
    created_at: job.createdAt,
    control: job.control,
    spec: job.spec,
    trace_id: job.traceId ?? null,
  };
}

/** A task's outcome of its row. */
export function outcomeOf(row: Omit<TaskOutcomeTable, 'job' | 'epoch'>): TaskOutcome {
  return {
    name: taskName(row.name),
    status: row.status as TaskOutcome['status'],
    attempts: row.attempts,
    ...(row.node === null ? {} : { node: nodeId(row.node) }),
    startedAt: instant(row.started_at),
    endedAt: instant(row.ended_at),
    ...(row.output === null ? {} : { output: decodeJson<TaskOutput>(row.output) }),
    ...(row.error === null ? {} : { error: decodeJson<Failure>(row.error) }),
  };
}

/** The columns of `task_outcome` that make an outcome. */
export const outcomeColumns = [
  'job',
  'name',
  'status',
  'attempts',
  'node',
  'started_at',
  'ended_at',
  'output',
  'error',
] as const;
