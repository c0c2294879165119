import { sql } from 'kysely';
import { type DatasetName, type JobId, jobId, nodeId, taskName } from '../../base/ids.ts';
import { instant } from '../../base/units.ts';
import type { DrillEffect } from '../../core/drills/history.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from '../../ports/commit.ts';
import type { ExerciseStore, JobCounts } from '../../ports/exercise-store.ts';
import { encodeJson } from './json.ts';
import type { ExerciseEffectTable } from './schema.ts';
import { claimed, commitTaskAtOnce } from './task-fence.ts';
import type { Connection } from './transact.ts';

/** What drills ask the database, in PostgreSQL. */
export class PostgresExerciseStore implements ExerciseStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  commitExercise(commit: TaskCommit<OutputOf<'exercise'>>): Promise<CommitOutcome> {
    const { fence, endedAt, output } = commit;
    const statement = sql`
      with ${claimed(commit, output)},
      effected as (
        insert into exercise_effect (job, name, node, attempt, epoch, at, value)
        select job, ${fence.name}, ${fence.node}, ${fence.attempt}::integer, ${fence.epoch}::bigint,
          ${endedAt}::double precision, ${output.value}::bigint
        from claimed
      )
      select job from claimed`;
    return commitTaskAtOnce(this.#db, commit, statement);
  }

  async effects(jobs: readonly JobId[]): Promise<readonly DrillEffect[]> {
    // Epochs may be larger than a number holds exactly.
    const { rows } = await sql<Omit<ExerciseEffectTable, 'epoch'> & { epoch: string }>`
      select job, name, node, attempt, epoch::text as epoch, at, value from exercise_effect
      where job in (select json_array_elements_text(${encodeJson(jobs)}::json))
      order by job, name, at`.execute(this.#db);
    return rows.map((row) => ({
      job: jobId(row.job),
      name: taskName(row.name),
      node: nodeId(row.node),
      attempt: row.attempt,
      epoch: BigInt(row.epoch),
      at: instant(row.at),
      value: row.value,
    }));
  }

  async jobCounts(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, JobCounts>> {
    const { rows } = await sql<JobCounts & { dataset: DatasetName }>`
      select dataset, count(*) filter (where ended_at is null) as open, count(ended_at) as ended from job
      where dataset in (select json_array_elements_text(${encodeJson(datasets)}::json))
      group by dataset`.execute(this.#db);
    return new Map(rows.map(({ dataset, open, ended }) => [dataset, { open, ended }]));
  }
}
