import { sql } from 'kysely';
import type { Job } from '../../../core/jobs/job.ts';
import type { ReadyRequest } from '../../../ports/job-store.ts';
import { jobOf } from '../job-row.ts';
import { encodeJson } from '../json.ts';
import type { JobTable } from '../schema.ts';
import type { Connection } from '../transact.ts';

/**
 * Open jobs that could be admitted, in the order of service: by priority, then in turns among the datasets, then by age.
 * The turns count what a dataset has admitted already, so that another dataset's first job goes before its next one.
 * A paused job is left out; one that is to be cancelled comes whatever else holds, because it has to be ended. A `learn`
 * job waits for its group's other jobs, and for earlier `learn` jobs.
 */
export async function readyJobs(db: Connection, request: ReadyRequest): Promise<readonly Job[]> {
  const { rows } = await sql<JobTable>`
    with admitted as (
      select job.id, job.dataset from job
      join json_array_elements_text(${encodeJson(request.admitted)}::json) as given (id) on given.id = job.id
      where ended_at is null
    ),
    busy as (select dataset, count(*) as jobs from admitted group by dataset),
    waiting as (
      select id, dataset, priority, created_at,
        row_number() over (partition by dataset order by priority, created_at, id) as turn
      from job
      where cluster = ${request.cluster} and ended_at is null
        and not exists (select from admitted where admitted.id = job.id)
        and (control = 'cancel' or (control = 'run' and (kind <> 'learn' or not exists (${groupIsOpen}))))
    ),
    heads as (
      select waiting.id, waiting.priority, waiting.turn + coalesce(busy.jobs, 0) as turn
      from waiting left join busy using (dataset)
      where waiting.turn <= ${request.perDataset}
    )
    select job.* from heads join job using (id)
    order by heads.priority, heads.turn, job.created_at, job.id
    limit ${request.limit}`.execute(db);
  return rows.map(jobOf);
}

/** Another open job of a `learn` job's group, in whichever cluster; the backfill itself is the group's id. */
const groupIsOpen = sql`
  select from job as other
  where job."group" is not null and other.ended_at is null and other.id <> job.id
    and (other."group" = job."group" or other.id = job."group")
    and (other.kind <> 'learn' or (other.created_at, other.id) < (job.created_at, job.id))`;
