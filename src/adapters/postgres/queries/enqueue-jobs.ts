import { type RawBuilder, sql } from 'kysely';
import type { JobId } from '../../../base/ids.ts';
import type { Job } from '../../../core/jobs/job.ts';
import { jobRow } from '../job-row.ts';
import { encodeJson } from '../json.ts';
import { chunksOf, jsonRows } from '../json-rows.ts';
import type { Connection, Work } from '../transact.ts';

/** Adds jobs. One whose id exists already is left as it is. */
export async function enqueueJobs(trx: Work, jobs: readonly Job[]): Promise<void> {
  for (const chunk of chunksOf(jobs, 500)) await insertionOf(chunk).execute(trx);
}

/**
 * Adds jobs of registered datasets, those whose id is new; returns their ids. The shared locks hold off removals until it is
 * done: a removal sees these jobs and takes them with it, or they see that the dataset is gone.
 */
export async function enqueueOnce(db: Connection, jobs: readonly Job[]): Promise<ReadonlySet<JobId>> {
  const { rows } = await sql<{ id: JobId }>`
    with registered as (
      select name from dataset
      where name in (select json_array_elements_text(${encodeJson(jobs.map(({ dataset }) => dataset))}::json))
      order by name for key share
    )
    insert into job (id, cluster, dataset, kind, priority, "group", created_at, control, spec, trace_id)
    select id, cluster, dataset, kind, priority, "group", created_at, control, spec, trace_id
    from ${rowsOf(jobs)} join registered on registered.name = dataset
    on conflict (id) do nothing
    returning id`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** The same as `enqueueJobs` as a statement, or as a part of a larger one. */
export function insertionOf(jobs: readonly Job[]): RawBuilder<unknown> {
  return sql`
    insert into job (id, cluster, dataset, kind, priority, "group", created_at, control, spec, trace_id)
    select id, cluster, dataset, kind, priority, "group", created_at, control, spec, trace_id
    from ${rowsOf(jobs)}
    on conflict (id) do nothing`;
}

function rowsOf(jobs: readonly Job[]): RawBuilder<unknown> {
  return sql`
    json_to_recordset(${jsonRows(jobs.map(jobRow))}) as row (
      id text, cluster text, dataset text, kind text, priority smallint, "group" text,
      created_at double precision, control text, spec jsonb, trace_id text
    )`;
}
