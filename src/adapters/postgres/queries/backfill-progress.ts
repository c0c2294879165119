import { type RawBuilder, sql } from 'kysely';
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
 * People look at it several times a second: it is one statement, which also makes it one moment.
 */
export async function backfillProgress(db: Connection, id: JobId): Promise<BackfillProgress | undefined> {
  const { rows } = await sql<Row>`
    select job.*, to_json(of_tasks) as task_counts, to_json(of_group) as group_counts, of_failures.failures
    from job, (${taskCounts(id)}) as of_tasks, (${groupCounts(id)}) as of_group, (${failuresOf(id)}) as of_failures
    where job.id = ${id} and job.kind = 'backfill'`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const tasks = decodeJson<TaskCounts>(row.task_counts);
  const group = decodeJson<GroupCounts>(row.group_counts);
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
    failures: decodeJson<readonly { name: string; error: Failure }[]>(row.failures).map((one) => ({
      task: taskName(one.name),
      failure: one.error,
    })),
  };
}

/** The three as JSON text. */
type Row = JobTable & {
  readonly task_counts: string;
  readonly group_counts: string;
  readonly failures: string;
};

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

/** The output of the lookup is left alone: it lists every partition. */
function taskCounts(id: JobId): RawBuilder<unknown> {
  return sql`
    select
      max(changed) as partitions,
      coalesce(max(unchanged), 0) as unchanged,
      count(*) filter (where is_ingest) as ingested,
      count(*) filter (where is_ingest and not output ? 'revision') as known,
      count(*) filter (where name like 'ingest/%' and status in ('failed', 'quarantined')) as failed,
      coalesce(sum((output->>'rowCount')::bigint) filter (where is_ingest), 0) as rows
    from (
      select *, changed is null and output->>'kind' = 'ingest' as is_ingest from task_outcome where job = ${id}
    ) as outcome`;
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

function groupCounts(id: JobId): RawBuilder<unknown> {
  const profile: JobKind = 'profile';
  const learn: JobKind = 'learn';
  return sql`
    select
      count(*) filter (where kind = ${profile} and status = 'succeeded') as "profilesMeasured",
      count(*) filter (where kind = ${profile} and status = 'failed') as "profilesFailed",
      count(*) filter (where kind <> ${learn} and ended_at is null) as "working",
      count(*) filter (where kind = ${learn} and ended_at is null) as "learning",
      (array_agg(status order by ended_at desc) filter (where kind = ${learn} and ended_at is not null))[1] as "learned",
      max(ended_at) as "lastEndedAt"
    from job where "group" = ${id} and id <> ${id}`;
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
function failuresOf(id: JobId): RawBuilder<unknown> {
  return sql`
    select coalesce(json_agg(json_build_object('name', name, 'error', error) order by ended_at, job, name), '[]') as failures
    from (
      select * from task_outcome
      where status in ('failed', 'quarantined') and error is not null and (
        job = ${id}
        or job in (select id from job where "group" = ${id} and kind = 'profile' and status = 'failed')
      )
      order by ended_at, job, name
      limit ${failuresMax}
    ) as failed`;
}
