import type { JobId, NodeId, TaskId, TaskName } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Instant } from '../base/units.ts';
import type { TaskOutput } from '../core/jobs/task.ts';

/**
 * Who commits, and under which key. The first commit of a task wins; one whose job has ended, or whose task already
 * has an outcome, changes nothing and returns `COMMIT_SUPERSEDED`. A commit whose answer was lost looks what became of
 * it: it succeeds if the outcome that stands is its own.
 */
export type TaskFence = {
  readonly job: JobId;
  readonly task: TaskId;
  readonly name: TaskName;
  readonly attempt: number;
  readonly node: NodeId;
  readonly epoch: bigint;
};

/** A task's success: its effects and its outcome become visible together or not at all. */
export type TaskCommit<Output extends TaskOutput = TaskOutput> = {
  readonly fence: TaskFence;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly output: Output;
};

/** The answer of every commit. */
export type CommitOutcome = Outcome<void>;

/** The output of one kind of task. */
export type OutputOf<Kind extends TaskOutput['kind']> = Extract<TaskOutput, { kind: Kind }>;
