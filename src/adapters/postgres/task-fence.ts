import { sql } from 'kysely';
import { failure } from '../../base/errors.ts';
import type { TaskOutput } from '../../core/jobs/task.ts';
import type { CommitOutcome, TaskCommit, TaskFence } from '../../ports/commit.ts';
import { encodeJson } from './json.ts';
import { type Connection, refuse, transactOutcome, type Work } from './transact.ts';

/**
 * Commits a task whose output is known beforehand: its outcome first, then `effects`, all in one transaction.
 * `COMMIT_SUPERSEDED`, and nothing changed, when its job has ended or another commit of the task was first.
 */
export function commitTask(
  db: Connection,
  commit: TaskCommit,
  effects: (trx: Work) => Promise<void>,
): Promise<CommitOutcome> {
  return transactOutcome(db, async (trx) => {
    await claimTask(trx, commit, commit.output);
    await effects(trx);
  });
}

/**
 * Writes the outcome of a task that is done, or refuses. The shared lock on the job holds off its end until this
 * transaction is over: a commit stands wholly before the end of its job, or not at all.
 */
export async function claimTask(trx: Work, commit: TaskCommit, output: TaskOutput): Promise<void> {
  const { fence } = commit;
  const { rows } = await sql`
    with open_job as (select id from job where id = ${fence.job} and ended_at is null for share)
    insert into task_outcome (job, name, status, attempts, node, epoch, started_at, ended_at, output)
    select id, ${fence.name}, 'done', ${fence.attempt}::integer, ${fence.node}, ${fence.epoch}::bigint,
      ${commit.startedAt}::double precision, ${commit.endedAt}::double precision, ${encodeJson(output)}::jsonb
    from open_job
    on conflict do nothing
    returning job`.execute(trx);
  if (rows.length === 0) refuse(superseded(fence));
}

/** Refuses early, before any effect, and holds off the end of the job. Only `claimTask` decides between two commits. */
export async function lockOpenTask(trx: Work, fence: TaskFence): Promise<void> {
  const { rows } = await sql`
    select id from job
    where id = ${fence.job} and ended_at is null
      and not exists (select from task_outcome where job = ${fence.job} and name = ${fence.name})
    for share`.execute(trx);
  if (rows.length === 0) refuse(superseded(fence));
}

function superseded(fence: TaskFence): ReturnType<typeof failure> {
  return failure(
    'COMMIT_SUPERSEDED',
    `the task ${fence.task} was committed by another attempt, or its job has ended`,
  );
}
