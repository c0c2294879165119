import { sql } from 'kysely';
import type { Failure } from '../../../base/errors.ts';
import { type JobId, taskName } from '../../../base/ids.ts';
import { type Instant, instant } from '../../../base/units.ts';
import type { JobEnd, JobKind } from '../../../core/jobs/job.ts';
import type { BackfillProgress } from '../../../ports/job-store.ts';
import { jobEndOf, jobOf } from '../job-row.ts';
import { decodeJson } from '../json.ts';
import type { JobTable } from '../schema.ts';
import type { Connection } from '../transact.ts';

const failuresMax = 20;

/**
 * How far a backfill is; undefined when the job is none. A partition that needed no reading, or whose content turned out
 * to be known, counts as ingested and as measured. One counts as failed when its ingest or its `profile` job failed.
 */
export async function backfillProgress(db: Connection, id: JobId): Promise<BackfillProgress | undefined> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const row = await trx.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined || row.kind !== 'backfill') return undefined;
      const tasks = await taskCounts(trx, id);
      const group = await groupCounts(trx, id);
      const { partitions, unchanged } = tasks;
      const endedAt = endOf(row, group);
      return {
        job: jobOf(row),
        state: stateOf(row, { isListed: partitions !== null, group }),
        ...(partitions === null ? {} : { partitions: partitions + unchanged }),
        ingested: tasks.ingested + unchanged,
        failed: tasks.failed + group.profilesFailed,
        measured: group.profilesMeasured + tasks.known + unchanged,
        rows: tasks.rows,
        startedAt: instant(row.created_at),
        ...(endedAt === undefined ? {} : { endedAt }),
        failures: await failuresOf(trx, id),
      };
    });
}

type TaskCounts = {
  /** Null until the lookup is done. */
  readonly partitions: number | null;
  readonly unchanged: number;
  readonly ingested: number;
  /** Ingested, but their content was known already. */
  readonly known: number;
  readonly failed: number;
  readonly rows: number;
};

async function taskCounts(db: Connection, id: JobId): Promise<TaskCounts> {
  const { rows } = await sql<TaskCounts>`
    select
      max(jsonb_array_length(output->'changed')) filter (where is_lookup) as partitions,
      coalesce(max((output->>'unchanged')::bigint) filter (where is_lookup), 0) as unchanged,
      count(*) filter (where is_ingest) as ingested,
      count(*) filter (where is_ingest and not output ? 'revision') as known,
      count(*) filter (where name like 'ingest/%' and status in ('failed', 'quarantined')) as failed,
      coalesce(sum((output->>'rowCount')::bigint) filter (where is_ingest), 0) as rows
    from (
      select *, output->>'kind' = 'lookup' as is_lookup, output->>'kind' = 'ingest' as is_ingest
      from task_outcome where job = ${id}
    ) as outcome`.execute(db);
  const [counts] = rows;
  return counts ?? { partitions: null, unchanged: 0, ingested: 0, known: 0, failed: 0, rows: 0 };
}

type GroupCounts = {
  readonly profilesMeasured: number;
  readonly profilesFailed: number;
  /** Open jobs other than `learn`, the backfill itself left out. */
  readonly working: number;
  readonly learning: number;
  /** How the last `learn` job ended. */
  readonly learned: JobEnd['status'] | null;
  readonly lastEndedAt: number | null;
};

async function groupCounts(db: Connection, id: JobId): Promise<GroupCounts> {
  const profile: JobKind = 'profile';
  const learn: JobKind = 'learn';
  const { rows } = await sql<GroupCounts>`
    select
      count(*) filter (where kind = ${profile} and status = 'succeeded') as "profilesMeasured",
      count(*) filter (where kind = ${profile} and status = 'failed') as "profilesFailed",
      count(*) filter (where kind <> ${learn} and ended_at is null) as "working",
      count(*) filter (where kind = ${learn} and ended_at is null) as "learning",
      (array_agg(status order by ended_at desc) filter (where kind = ${learn} and ended_at is not null))[1] as "learned",
      max(ended_at) as "lastEndedAt"
    from job where "group" = ${id} and id <> ${id}`.execute(db);
  const [counts] = rows;
  return (
    counts ?? {
      profilesMeasured: 0,
      profilesFailed: 0,
      working: 0,
      learning: 0,
      learned: null,
      lastEndedAt: null,
    }
  );
}

function stateOf(
  row: JobTable,
  { isListed, group }: { readonly isListed: boolean; readonly group: GroupCounts },
): BackfillProgress['state'] {
  const end = jobEndOf(row);
  if (end?.status === 'cancelled') return 'cancelled';
  if (end === undefined) {
    if (row.control === 'pause') return 'paused';
    return isListed ? 'running' : 'looking_up';
  }
  if (group.working > 0) return 'running';
  if (group.learning > 0) return 'learning';
  // Single partitions that failed are told by their number; what people wait for is the learning.
  return group.learned ?? end.status;
}

function endOf(row: JobTable, group: GroupCounts): Instant | undefined {
  if (row.ended_at === null || group.working > 0 || group.learning > 0) return undefined;
  return instant(Math.max(row.ended_at, group.lastEndedAt ?? 0));
}

/** Of the backfill's own tasks and of its group's `profile` jobs, in the order in which they ended. */
async function failuresOf(db: Connection, id: JobId): Promise<BackfillProgress['failures']> {
  const { rows } = await sql<{ name: string; error: string }>`
    select name, error from task_outcome
    where status in ('failed', 'quarantined') and error is not null and (
      job = ${id}
      or job in (select id from job where "group" = ${id} and kind = 'profile' and status = 'failed')
    )
    order by ended_at, job, name
    limit ${failuresMax}`.execute(db);
  return rows.map((row) => ({ task: taskName(row.name), failure: decodeJson<Failure>(row.error) }));
}
