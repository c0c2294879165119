import { type RawBuilder, sql } from 'kysely';
import type { JobId } from '../../../base/ids.ts';
import type { TaskOutcome } from '../../../core/jobs/task.ts';
import { outcomeColumns, outcomeOf } from '../job-row.ts';
import { encodeJson } from '../json.ts';
import type { TaskOutcomeTable } from '../schema.ts';
import type { Connection } from '../transact.ts';

/** The outcomes of these jobs' tasks, in the order in which they ended. Jobs without any are absent. */
export async function taskOutcomes(
  db: Connection,
  ids: readonly JobId[],
): Promise<Map<JobId, TaskOutcome[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('task_outcome')
    .select(outcomeColumns)
    .where(isOneOf(ids))
    .orderBy('ended_at')
    .orderBy('name')
    .execute();
  return byJob(rows);
}

/**
 * The same for lists, without the outputs of lookups: each of them names every file of every partition that it found.
 */
export async function taskOutcomesForLists(
  db: Connection,
  ids: readonly JobId[],
): Promise<Map<JobId, TaskOutcome[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<TaskOutcomeTable>`
    select job, name, status, attempts, node, started_at, ended_at, error,
      case when changed is null then output end as output
    from task_outcome where ${isOneOf(ids)}
    order by ended_at, name`.execute(db);
  return byJob(rows);
}

/** One parameter, however many ids. */
function isOneOf(ids: readonly JobId[]): RawBuilder<boolean> {
  return sql<boolean>`job in (select json_array_elements_text(${encodeJson(ids)}::json))`;
}

function byJob(rows: readonly Omit<TaskOutcomeTable, 'epoch'>[]): Map<JobId, TaskOutcome[]> {
  const outcomes = new Map<JobId, TaskOutcome[]>();
  for (const row of rows) {
    const job = row.job as JobId;
    const list = outcomes.get(job);
    if (list === undefined) outcomes.set(job, [outcomeOf(row)]);
    else list.push(outcomeOf(row));
  }
  return outcomes;
}
