import type { TaskName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { Job, JobEnd } from './job.ts';
import type { PlannedTask, TaskOutcome } from './task.ts';

/**
 * How the job has ended, or undefined while a planned task has no outcome. A cancelled job ends without waiting for
 * outcomes: from then on the commits of its tasks are refused.
 */
export function jobEnd(
  job: Job,
  plan: readonly PlannedTask[],
  outcomes: readonly TaskOutcome[],
  now: Instant,
): JobEnd | undefined {
  const standing = new Map(outcomes.map((outcome) => [outcome.name, outcome]));
  const open = plan.some((task) => !standing.has(task.name));
  if (open && job.control !== 'cancel') return undefined;
  const tasksFailed = outcomes.filter(hasFailed).length;
  const cancelled = open || outcomes.some((outcome) => outcome.status === 'cancelled');
  const status = cancelled ? 'cancelled' : tasksFailed > 0 ? 'failed' : 'succeeded';
  return { status, endedAt: now, tasks: plan.length, tasksFailed };
}

/** Whether a task ended badly by itself, rather than by a person's wish. */
function hasFailed(outcome: TaskOutcome): boolean {
  return outcome.status === 'failed' || outcome.status === 'quarantined';
}

/** How far a job is. */
export type JobProgress = {
  /** Undefined until an ingestion job's lookup has ended: nobody knows before how much there is to do. */
  readonly tasks?: number;
  readonly ended: number;
  readonly failed: number;
  /** 0–1 over all tasks, running ones by their own progress; undefined as long as `tasks` is. */
  readonly fraction?: number;
};

/** Counts a job's progress; `running` holds the progress (0–1) of the tasks that run now. */
export function jobProgress(
  plan: readonly PlannedTask[],
  outcomes: readonly TaskOutcome[],
  running: ReadonlyMap<TaskName, number>,
): JobProgress {
  const ended = new Set(outcomes.map((outcome) => outcome.name));
  const failed = outcomes.filter(hasFailed).length;
  const waitsForLookup = plan.some((task) => task.spec.kind === 'lookup' && !ended.has(task.name));
  if (waitsForLookup) return { ended: 0, failed: 0 };
  const fractions = plan.map((task) => (ended.has(task.name) ? 1 : clamp(running.get(task.name) ?? 0)));
  const sum = fractions.reduce((total, each) => total + each, 0);
  const fraction = plan.length === 0 ? 1 : sum / plan.length;
  return { tasks: plan.length, ended: ended.size, failed, fraction };
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
