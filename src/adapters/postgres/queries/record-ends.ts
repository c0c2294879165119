import { sql } from 'kysely';
import { type JobId, type TaskName, taskId } from '../../../base/ids.ts';
import type { Job } from '../../../core/jobs/job.ts';
import type { TaskOutcome } from '../../../core/jobs/task.ts';
import type { RecordEnd } from '../../../ports/job-store.ts';
import { outcomeOf } from '../job-row.ts';
import { encodeJson } from '../json.ts';
import { jsonRows } from '../json-rows.ts';
import type { TaskOutcomeTable } from '../schema.ts';
import type { Work } from '../transact.ts';
import { enqueueJobs } from './enqueue-jobs.ts';

/**
 * Records ends of tasks that no commit wrote; the first outcome of a task wins. Returns those that now stand, in the
 * order asked, and the jobs that were enqueued. An ended job takes no more outcomes: for its tasks without one, the given
 * outcome comes back, changes nothing, and enqueues nothing.
 */
export async function recordEnds(
  trx: Work,
  ends: readonly RecordEnd[],
): Promise<{ readonly standing: readonly TaskOutcome[]; readonly enqueued: readonly Job[] }> {
  await lockJobs(trx, ends);
  const inserted = new Set(await insertOutcomes(trx, ends));
  // A task that was given twice is taken once.
  const enqueued = ends.filter((end) => inserted.delete(keyOf(end))).flatMap((end) => end.followUps);
  await enqueueJobs(trx, enqueued);
  const standing = await standingOutcomes(trx, ends);
  return { standing: ends.map((end) => standing.get(keyOf(end)) ?? end.outcome), enqueued };
}

/** In the order of their ids, so that two of these transactions never wait for each other. */
async function lockJobs(trx: Work, ends: readonly RecordEnd[]): Promise<void> {
  await sql`
    select id from job where id in (select json_array_elements_text(${idsOf(ends)}::json))
    order by id for share`.execute(trx);
}

async function insertOutcomes(trx: Work, ends: readonly RecordEnd[]): Promise<string[]> {
  const rows = ends.map(({ job, outcome }) => ({
    job,
    name: outcome.name,
    status: outcome.status,
    attempts: outcome.attempts,
    node: outcome.node ?? null,
    started_at: outcome.startedAt,
    ended_at: outcome.endedAt,
    output: outcome.output ?? null,
    error: outcome.error ?? null,
  }));
  const inserted = await sql<{ job: JobId; name: TaskName }>`
    insert into task_outcome (job, name, status, attempts, node, started_at, ended_at, output, error)
    select row.job, row.name, row.status, row.attempts, row.node, row.started_at, row.ended_at, row.output, row.error
    from json_to_recordset(${jsonRows(rows)}) as row (
      job text, name text, status text, attempts integer, node text,
      started_at double precision, ended_at double precision, output jsonb, error jsonb
    )
    join job on job.id = row.job and job.ended_at is null
    on conflict do nothing
    returning job, name`.execute(trx);
  return inserted.rows.map((row) => taskId(row.job, row.name));
}

async function standingOutcomes(trx: Work, ends: readonly RecordEnd[]): Promise<Map<string, TaskOutcome>> {
  const rows = ends.map(({ job, outcome }) => ({ job, name: outcome.name }));
  const found = await sql<TaskOutcomeTable>`
    select task_outcome.* from task_outcome
    join json_to_recordset(${jsonRows(rows)}) as asked (job text, name text) using (job, name)`.execute(trx);
  return new Map(
    found.rows.map((row) => {
      const outcome = outcomeOf(row);
      return [taskId(row.job as JobId, outcome.name), outcome];
    }),
  );
}

function keyOf({ job, outcome }: RecordEnd): string {
  return taskId(job, outcome.name);
}

function idsOf(ends: readonly RecordEnd[]): string {
  return encodeJson([...new Set(ends.map((end) => end.job))]);
}
