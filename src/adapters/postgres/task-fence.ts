import { type RawBuilder, sql } from 'kysely';
import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { TaskOutput } from '../../core/jobs/task.ts';
import type { CommitOutcome, TaskCommit, TaskFence } from '../../ports/commit.ts';
import { UnknownOutcome } from './database-fault.ts';
import { encodeJson } from './json.ts';
import { prepared } from './prepared.ts';
import { type Connection, refuse, repeatedly, transactOutcome, type Work } from './transact.ts';

/**
 * Commits a task whose output is known beforehand: its outcome first, then `effects`, all in one transaction.
 * `COMMIT_SUPERSEDED`, and nothing changed, when its job has ended or another commit of the task was first.
 */
export function commitTask(
  db: Connection,
  commit: TaskCommit,
  effects: (trx: Work) => Promise<void>,
): Promise<CommitOutcome> {
  return settled(db, commit, {
    whenOurs: undefined,
    run: () =>
      transactOutcome(db, async (trx) => {
        await claimTask(trx, commit, commit.output);
        await effects(trx);
      }),
  });
}

/**
 * Runs a commit until it is known what became of it. When the server was lost and left that open, it is run again: either
 * it is done now, or it is refused, and then the outcome that stands is its own or that of another.
 */
export async function settled<T>(
  db: Connection,
  commit: TaskCommit,
  { run, whenOurs }: { readonly run: () => Promise<Outcome<T>>; readonly whenOurs: T },
): Promise<Outcome<T>> {
  let mayStand = false;
  const outcome = await repeatedly(async () => {
    try {
      return await run();
    } catch (error) {
      mayStand ||= error instanceof UnknownOutcome;
      throw error;
    }
  });
  return !outcome.ok && mayStand && (await isOurs(db, commit)) ? succeed(whenOurs) : outcome;
}

/** Whether the outcome that stands was written by this very commit: an attempt of a node begins only once. */
async function isOurs(db: Connection, { fence, startedAt }: TaskCommit): Promise<boolean> {
  const statement = sql`
    select from task_outcome
    where job = ${fence.job} and name = ${fence.name} and status = 'done' and attempts = ${fence.attempt}
      and node = ${fence.node} and epoch = ${fence.epoch} and started_at = ${startedAt}`;
  const { rows } = await repeatedly(() => statement.execute(db));
  return rows.length > 0;
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
  commit: TaskCommit,
  statement: RawBuilder<unknown>,
): Promise<CommitOutcome> {
  return await settled(db, commit, {
    whenOurs: undefined,
    run: async () => {
      const { rows } = await statement.execute(db);
      return rows.length === 0 ? fail(superseded(commit.fence)) : succeed(undefined);
    },
  });
}

/**
 * The outcome of a task that is done, as `claimed` to begin a statement with; it has no row when the task is superseded.
 * The shared lock on the job holds off its end until this transaction is over: a commit stands wholly before the end of
 * its job, or not at all.
 */
export function claimed(commit: TaskCommit, output: TaskOutput): RawBuilder<unknown> {
  const { fence } = commit;
  return sql`
    ${prepared} open_job as (select id from job where id = ${fence.job} and ended_at is null for share),
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
