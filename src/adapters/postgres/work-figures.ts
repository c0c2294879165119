import { sql } from 'kysely';
import { type Instant, instant } from '../../base/units.ts';
import type { WorkFigures, WorkHistory } from '../../ports/work-figures.ts';
import type { Connection } from './transact.ts';

type BucketRow = {
  readonly slot: number;
  readonly tasks: number;
  readonly failed: number;
  readonly retries: number;
  readonly mean: number;
};
type RecoveryRow = {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
};

/** Reads the history by the index of jobs by time: what is older costs nothing. */
export class PostgresWorkFigures implements WorkFigures {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async since({
    from,
    bucketMs,
  }: {
    readonly from: Instant;
    readonly bucketMs: number;
  }): Promise<WorkHistory> {
    const ofTime = sql`job.created_at >= ${from}`;
    const buckets = await sql<BucketRow>`
      select floor((task.ended_at - ${from}) / ${bucketMs}::double precision)::integer as slot, count(*)::integer as tasks,
        (count(*) filter (where task.status in ('failed', 'quarantined')))::integer as failed,
        sum(greatest(task.attempts - 1, 0))::integer as retries,
        avg(task.ended_at - task.started_at)::double precision as mean
      from job join task_outcome as task on task.job = job.id
      where ${ofTime} group by 1 order by 1`.execute(this.#db);
    const failures = await sql<{ code: string; attempts: number }>`
      select failure->>'code' as code, count(*)::integer as attempts
      from job join attempt_note on attempt_note.job = job.id
      where ${ofTime} group by 1 order by 2 desc, 1 limit 20`.execute(this.#db);
    const recovery = await sql<RecoveryRow>`
      select count(*)::integer as count, max(took)::double precision as max,
        percentile_disc(0.5) within group (order by took)::double precision as p50,
        percentile_disc(0.99) within group (order by took)::double precision as p99
      from (
        select task.started_at - max(note.at) as took
        from job join attempt_note as note on note.job = job.id
        join task_outcome as task on task.job = job.id and task.name = note.name
        where ${ofTime} and task.status = 'done'
        group by task.job, task.name, task.started_at
      ) as recovered where took >= 0`.execute(this.#db);
    const [recovered] = recovery.rows;
    return {
      buckets: buckets.rows.map(({ slot, mean: meanMs, ...counts }) => ({
        at: instant(from + slot * bucketMs),
        ...counts,
        meanMs,
      })),
      failures: failures.rows,
      recovery: {
        count: recovered?.count ?? 0,
        p50: recovered?.p50 ?? 0,
        p99: recovered?.p99 ?? 0,
        max: recovered?.max ?? 0,
      },
    };
  }
}
