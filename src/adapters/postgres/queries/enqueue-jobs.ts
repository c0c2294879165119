import { type RawBuilder, sql } from 'kysely';
import type { Job } from '../../../core/jobs/job.ts';
import { jobRow } from '../job-row.ts';
import { chunksOf, jsonRows } from '../json-rows.ts';
import type { Work } from '../transact.ts';

/** Adds jobs. One whose id exists already is left as it is. */
export async function enqueueJobs(trx: Work, jobs: readonly Job[]): Promise<void> {
  for (const chunk of chunksOf(jobs, 500)) await insertionOf(chunk).execute(trx);
}

/** The same as a statement, or as a part of a larger one. */
export function insertionOf(jobs: readonly Job[]): RawBuilder<unknown> {
  return sql`
    insert into job (id, cluster, dataset, kind, priority, "group", created_at, control, spec)
    select id, cluster, dataset, kind, priority, "group", created_at, control, spec
    from json_to_recordset(${jsonRows(jobs.map(jobRow))}) as row (
      id text, cluster text, dataset text, kind text, priority smallint, "group" text,
      created_at double precision, control text, spec jsonb
    )
    on conflict (id) do nothing`;
}
