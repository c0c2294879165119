import { sql } from 'kysely';
import type { KeptAnswer, KeyClaim, RequestKeys } from '../../ports/request-keys.ts';
import type { Connection } from './transact.ts';

/** The keys of requests in PostgreSQL. */
export class PostgresRequestKeys implements RequestKeys {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async claim({
    key,
    hash,
    leaseMs,
  }: {
    readonly key: string;
    readonly hash: string;
    readonly leaseMs: number;
  }): Promise<KeyClaim> {
    const { rows } = await sql`
      insert into request_key as known (key, hash, created_at, claimed_until)
      values (${key}, ${hash}, ${now}, ${now} + ${leaseMs}::double precision)
      on conflict (key) do update set claimed_until = excluded.claimed_until
        where known.hash = excluded.hash and known.status is null and known.claimed_until <= ${now}
      returning key`.execute(this.#db);
    if (rows.length > 0) return { kind: 'claimed' };
    const known = await this.#db
      .selectFrom('request_key')
      .select(['hash', 'status', 'body'])
      .where('key', '=', key)
      .executeTakeFirst();
    // Given back between the two statements.
    if (known === undefined) return { kind: 'under_way' };
    if (known.hash !== hash) return { kind: 'other_request' };
    const { status, body } = known;
    return status === null
      ? { kind: 'under_way' }
      : { kind: 'answered', answer: { status, body: body ?? '' } };
  }

  async answer(key: string, { status, body }: KeptAnswer): Promise<void> {
    await this.#db
      .updateTable('request_key')
      .set({ status, body })
      .where('key', '=', key)
      .where('status', 'is', null)
      .execute();
  }

  async release(key: string): Promise<void> {
    await this.#db.deleteFrom('request_key').where('key', '=', key).where('status', 'is', null).execute();
  }

  async forget(olderThanMs: number): Promise<number> {
    const { rows } = await sql`
      delete from request_key where created_at < ${now} - ${olderThanMs}::double precision
      returning key`.execute(this.#db);
    return rows.length;
  }
}

const now = sql`extract(epoch from clock_timestamp()) * 1000`;
