import type { DatasetName, JobId, NodeId, TaskName } from '../base/ids.ts';
import type { Instant } from '../base/units.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from './commit.ts';

/** What drills ask the database. Nothing here keeps a task from leaving two effects: only the fence of its commit does. */
export interface ExerciseStore {
  /** Commits a task with one effect. */
  commitExercise(commit: TaskCommit<OutputOf<'exercise'>>): Promise<CommitOutcome>;
  /** All effects of these jobs, in the order of jobs and names. */
  effects(jobs: readonly JobId[]): Promise<readonly ExerciseEffect[]>;
  /** How many jobs each of these datasets has; those without any are absent. */
  jobCounts(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, JobCounts>>;
}

export type JobCounts = { readonly open: number; readonly ended: number };

/** One commit as its effect shows it. */
export type ExerciseEffect = {
  readonly job: JobId;
  readonly name: TaskName;
  readonly node: NodeId;
  readonly attempt: number;
  readonly epoch: bigint;
  readonly at: Instant;
  readonly value: number;
};
