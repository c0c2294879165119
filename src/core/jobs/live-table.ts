import type { TaskName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { Job } from './job.ts';
import type { LiveJob, LiveTask } from './live.ts';
import type { PlannedTask } from './task.ts';
import { plannedTask } from './task-state.ts';

/**
 * The live table of a job that is admitted now, still without tasks. A job without a limit of its own may run as many
 * tasks at once as there are slots.
 */
export function openLiveJob(job: Job, admittedAt: Instant): LiveJob {
  const { id, cluster, dataset, priority, control, spec, traceId } = job;
  const concurrency = spec.kind === 'backfill' ? spec.concurrency : Number.MAX_SAFE_INTEGER;
  const trace = traceId === undefined ? {} : { traceId };
  return {
    id,
    cluster,
    dataset,
    kind: spec.kind,
    priority,
    control,
    concurrency,
    admittedAt,
    ...trace,
    tasks: [],
  };
}

/** A plan with what is known of its tasks' ends. */
export type PlanState = {
  readonly plan: readonly PlannedTask[];
  /** Tasks of the plan before this position are in the table or have ended. */
  readonly from: number;
  readonly ended: { has(name: TaskName): boolean };
  /** Attempts that tasks begin with, where it is not 0. */
  readonly attempts: ReadonlyMap<TaskName, number>;
};

/**
 * The live table with ended tasks left out and further tasks of the plan taken in, up to `size` tasks; `next` is the
 * position to go on from. The table is a window that moves over the plan in its order, so that a task whose
 * predecessor is not in the table may take it for ended. The same table comes back when nothing changed.
 */
export function refillLiveJob(
  live: LiveJob,
  state: PlanState,
  size: number,
): { live: LiveJob; next: number } {
  const { plan, ended, attempts } = state;
  const kept = live.tasks.filter((task) => isOpen(task) && !ended.has(task.plan.name));
  const isFull = kept.length >= size || state.from >= plan.length;
  if (isFull && kept.length === live.tasks.length) return { live, next: state.from };
  const names = new Set(kept.map((task) => task.plan.name));
  const fresh: LiveTask[] = [];
  let next = state.from;
  for (; next < plan.length && kept.length + fresh.length < size; next += 1) {
    const task = plan[next];
    if (task === undefined || ended.has(task.name) || names.has(task.name)) continue;
    fresh.push(plannedTask(task, attempts.get(task.name)));
  }
  const same = fresh.length === 0 && kept.length === live.tasks.length;
  return { live: same ? live : { ...live, tasks: [...kept, ...fresh] }, next };
}

/** Whether a live task has not ended. */
export function isOpen(task: LiveTask): boolean {
  return task.state.state !== 'ended';
}
