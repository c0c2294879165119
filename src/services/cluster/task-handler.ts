import type { Outcome } from '../../base/outcome.ts';
import type { TaskKind, TaskSpec } from '../../core/jobs/task.ts';
import type { TaskFence } from '../../ports/commit.ts';

/**
 * Does the work of one kind of task. It commits its own outcome under `context.fence`, in one transaction with its
 * effects, and returns success only then. A failure means that nothing was committed; `COMMIT_SUPERSEDED` means that
 * somebody else did, which the node reports as committed.
 */
export interface TaskHandler<Kind extends TaskKind = TaskKind> {
  run(spec: Extract<TaskSpec, { kind: Kind }>, context: TaskContext): Promise<Outcome<void>>;
}

/** One handler for each kind of task that a node takes. */
export type TaskHandlers = { readonly [Kind in TaskKind]?: TaskHandler<Kind> };

export type TaskContext = {
  readonly fence: TaskFence;
  /** Aborts at the time-out, on cancellation and when the node stops: the work must end soon after. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** 0–1. */
  readonly progress: (fraction: number) => void;
};
