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
  const admitted = sql`(select json_array_elements_text(${encodeJson(request.admitted)}::json))`;
  const kinds = sql`(select json_array_elements_text(${encodeJson(request.kinds)}::json))`;
  // Only the head of each dataset's queue is read, along the index, however long the queue is.
  const { rows } = await sql<JobTable>`
    with queue as (select distinct dataset from job where cluster = ${request.cluster} and ended_at is null),
    busy as (
      select dataset, count(*) as jobs from job where id in ${admitted} and ended_at is null group by dataset
    ),
    head as (
      select first.*, row_number() over (partition by first.dataset order by first.priority, first.created_at, first.id) as turn
      from queue cross join lateral (
        select id, dataset, priority, created_at from job
        where job.cluster = ${request.cluster} and job.dataset = queue.dataset and job.ended_at is null
          and job.id <> all (array${admitted}) and kind in ${kinds}
          and (control = 'cancel' or (control = 'run' and (kind <> 'learn' or not exists (${groupIsOpen}))))
        order by priority, created_at, id
        limit ${request.perDataset}
      ) as first
    )
    select job.* from head join job using (id) left join busy on busy.dataset = head.dataset
    order by head.priority, head.turn + coalesce(busy.jobs, 0), head.created_at, head.id
    limit ${request.limit}`.execute(db);
  return rows.map(jobOf);
}

/** Another open job of a `learn` job's group, in whichever cluster; the backfill itself is the group's id. */
const groupIsOpen = sql`
  select from job as other
  where job."group" is not null and other.ended_at is null and other.id <> job.id
    and (other."group" = job."group" or other.id = job."group")
    and (other.kind <> 'learn' or (other.created_at, other.id) < (job.created_at, job.id))`;
