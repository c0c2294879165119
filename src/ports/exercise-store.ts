import type { DatasetName, JobId } from '../base/ids.ts';
import type { DrillEffect } from '../core/drills/history.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from './commit.ts';

/** What drills ask the database. Nothing here keeps a task from leaving two effects: only the fence of its commit does. */
export interface ExerciseStore {
  /** Commits a task with one effect. */
  commitExercise(commit: TaskCommit<OutputOf<'exercise'>>): Promise<CommitOutcome>;
  /** All effects of these jobs, in the order of jobs and names. */
  effects(jobs: readonly JobId[]): Promise<readonly DrillEffect[]>;
  /** How many jobs each of these datasets has; those without any are absent. */
  jobCounts(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, JobCounts>>;
}

export type JobCounts = { readonly open: number; readonly ended: number };
