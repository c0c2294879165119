import { type Selectable, sql } from 'kysely';
import type { DatasetName } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { Message } from '../../core/notifications/message.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from '../../ports/commit.ts';
import type {
  ClaimRequest,
  FailedTry,
  Outbox,
  OutboxFilter,
  OutboxMessage,
  PendingMessage,
} from '../../ports/outbox.ts';
import { decodeJson } from './json.ts';
import { insertMessages } from './queries/outbox-messages.ts';
import type { OutboxTable } from './schema.ts';
import { commitTask } from './task-fence.ts';
import { type Connection, transact } from './transact.ts';

/** Messages on their way out, in PostgreSQL. */
export class PostgresOutbox implements Outbox {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  commitNotify(
    commit: TaskCommit<OutputOf<'notify'>>,
    messages: readonly OutboxMessage[],
  ): Promise<CommitOutcome> {
    return commitTask(this.#db, commit, (trx) => insertMessages(trx, messages, commit.endedAt));
  }

  async claim({ by, now, leaseMs, limit }: ClaimRequest): Promise<readonly PendingMessage[]> {
    // What decides stands in the locked row itself: where another process was faster, it is looked at again as it is now.
    const { rows } = await sql<OutboxRow>`
      with head as (${headsAt(now)}),
      free as (
        select outbox.sequence from outbox join head on head.sequence = outbox.sequence
        where outbox.due_at <= ${now}
          and (outbox.claimed_until is null or outbox.claimed_until <= ${databaseNow})
        order by outbox.sequence limit ${limit}
        for update of outbox skip locked
      )
      update outbox set claimed_by = ${by}, claimed_until = ${databaseNow} + ${leaseMs}::double precision
      from free where outbox.sequence = free.sequence
      returning outbox.*`.execute(this.#db);
    return rows.toSorted((a, b) => a.sequence - b.sequence).map(messageOf);
  }

  async markDelivered(id: string, at: Instant): Promise<void> {
    await this.#db
      .updateTable('outbox')
      .set((column) => ({
        attempts: column('attempts', '+', 1),
        delivered_at: at,
        due_at: null,
        last_error: null,
        ...nobody,
      }))
      .where('id', '=', id)
      .where('delivered_at', 'is', null)
      .execute();
  }

  async markFailed(id: string, { by, error, retryAt }: FailedTry): Promise<void> {
    await this.#db
      .updateTable('outbox')
      .set((column) => ({
        attempts: column('attempts', '+', 1),
        due_at: retryAt ?? null,
        last_error: error,
        ...nobody,
      }))
      .where('id', '=', id)
      .where('due_at', 'is not', null)
      .where((where) => where.or([where('claimed_by', 'is', null), where('claimed_by', '=', by)]))
      .execute();
  }

  async add(messages: readonly OutboxMessage[], at: Instant): Promise<void> {
    await transact(this.#db, (trx) => insertMessages(trx, messages, at));
  }

  list(dataset: DatasetName, limit: number, after?: string): Promise<readonly PendingMessage[]> {
    return this.recent({ only: [dataset], limit, ...(after === undefined ? {} : { after }) });
  }

  /** Those given up as well: they have an error and no delivery. */
  async recent({ only, state, limit, after }: OutboxFilter): Promise<readonly PendingMessage[]> {
    // SQL has no empty list.
    if (only?.length === 0) return [];
    let query = this.#db.selectFrom('outbox').selectAll();
    if (only !== undefined) query = query.where('dataset', 'in', only);
    if (state === 'pending') query = query.where('due_at', 'is not', null);
    if (state === 'delivered') query = query.where('delivered_at', 'is not', null);
    if (state === 'given_up') query = query.where('due_at', 'is', null).where('delivered_at', 'is', null);
    if (after !== undefined) {
      query = query.where('sequence', '<', (one) =>
        one.selectFrom('outbox').select('sequence').where('id', '=', after),
      );
    }
    const rows = await query.orderBy('sequence', 'desc').limit(limit).execute();
    return rows.map(messageOf);
  }

  async nextDueAt(): Promise<Instant | undefined> {
    const { rows } = await sql<{
      at: number | null;
    }>`
      select min(due_at) as at from outbox
      where due_at is not null and not exists (
        select from outbox as older
        where older.dataset = outbox.dataset and older.channel = outbox.channel
          and older.sequence < outbox.sequence and older.due_at is not null
          and (older.attempts > 0 or older.due_at <= outbox.due_at)
      )`.execute(this.#db);
    const at = rows[0]?.at ?? null;
    return at === null ? undefined : instant(at);
  }
}

const nobody = { claimed_by: null, claimed_until: null };

const databaseNow = sql`extract(epoch from clock_timestamp()) * 1000`;

/**
 * The oldest pending message of each channel: it holds back those behind it, so that a channel keeps its order. What waits
 * for the end of quiet hours holds nobody back.
 */
function headsAt(now: Instant) {
  return sql`
    select distinct on (dataset, channel) * from outbox
    where due_at is not null and (attempts > 0 or due_at <= ${now})
    order by dataset, channel, sequence`;
}

function messageOf(row: OutboxRow): PendingMessage {
  return {
    id: row.id,
    dataset: row.dataset as DatasetName,
    channel: row.channel,
    message: decodeJson<Message>(row.message),
    attempts: row.attempts,
    createdAt: instant(row.created_at),
    ...(row.due_at === null ? {} : { dueAt: instant(row.due_at) }),
    ...(row.delivered_at === null ? {} : { deliveredAt: instant(row.delivered_at) }),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
  };
}

type OutboxRow = Selectable<OutboxTable>;
