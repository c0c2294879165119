import { type RawBuilder, sql } from 'kysely';
import { failure } from '../../base/errors.ts';
import { fail, succeed } from '../../base/outcome.ts';
import type { TaskOutput } from '../../core/jobs/task.ts';
import type { CommitOutcome, TaskCommit, TaskFence } from '../../ports/commit.ts';
import { encodeJson } from './json.ts';
import { type Connection, refuse, retried, transactOutcome, type Work } from './transact.ts';

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

/** Writes the outcome of a task that is done, or refuses. */
export async function claimTask(trx: Work, commit: TaskCommit, output: TaskOutput): Promise<void> {
  const { rows } = await sql`with ${claimed(commit, output)} select job from claimed`.execute(trx);
  if (rows.length === 0) refuse(superseded(commit.fence));
}

/**
 * Commits a task whose effects are one statement that begins with `claimed` and gives its rows. A statement is a
 * transaction by itself: it needs no other messages around it.
 */
export async function commitTaskAtOnce(
  db: Connection,
  { fence }: TaskCommit,
  statement: RawBuilder<unknown>,
): Promise<CommitOutcome> {
  const { rows } = await retried(() => statement.execute(db));
  return rows.length === 0 ? fail(superseded(fence)) : succeed(undefined);
}

/**
 * The outcome of a task that is done, as `claimed` to begin a statement with; it has no row when the task is superseded.
 * The shared lock on the job holds off its end until this transaction is over: a commit stands wholly before the end of
 * its job, or not at all.
 */
export function claimed(commit: TaskCommit, output: TaskOutput): RawBuilder<unknown> {
  const { fence } = commit;
  return sql`
    open_job as (select id from job where id = ${fence.job} and ended_at is null for share),
    claimed as (
      insert into task_outcome (job, name, status, attempts, node, epoch, started_at, ended_at, output)
      select id, ${fence.name}, 'done', ${fence.attempt}::integer, ${fence.node}, ${fence.epoch}::bigint,
        ${commit.startedAt}::double precision, ${commit.endedAt}::double precision, ${encodeJson(output)}::jsonb
      from open_job
      on conflict do nothing
      returning job
    )`;
}

/** An open job whose task has no outcome yet, as `open_task`. It only refuses early: `claimed` decides between commits. */
export function openTask(fence: TaskFence): RawBuilder<unknown> {
  return sql`
    open_task as (
      select id from job
      where id = ${fence.job} and ended_at is null
        and not exists (select from task_outcome where job = ${fence.job} and name = ${fence.name})
      for share
    )`;
}

/** Why nothing was committed. */
export function superseded(fence: TaskFence): ReturnType<typeof failure> {
  return failure(
    'COMMIT_SUPERSEDED',
    `the task ${fence.task} was committed by another attempt, or its job has ended`,
  );
}
