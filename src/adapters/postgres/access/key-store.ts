import { sql } from 'kysely';
import type { DatasetName } from '../../../base/ids.ts';
import { type Instant, instant } from '../../../base/units.ts';
import type { KeyScope } from '../../../core/access/identity.ts';
import type { ApiKey, KeyStore } from '../../../ports/access-store.ts';
import { decodeJson, encodeJson } from '../json.ts';
import { decodeText, encodeText } from '../safe-text.ts';
import { type Connection, transact } from '../transact.ts';
import { joinedUser, userColumns } from './user-row.ts';

type NewKey = Omit<ApiKey, 'user'> & { readonly user: string; readonly digest: string };

/** Keys of programs in PostgreSQL. */
export class PostgresKeyStore implements KeyStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  add(key: NewKey, max: number): Promise<boolean> {
    return transact(this.#db, async (trx) => {
      // Its user's row keeps two of them from being added at once, and is gone when its user is.
      const user = await trx
        .selectFrom('person')
        .select('id')
        .where('id', '=', key.user)
        .forUpdate()
        .executeTakeFirst();
      const { rows } = await sql<{ count: number }>`
        select count(*)::integer as count from api_key where person = ${key.user}`.execute(trx);
      if (user === undefined || (rows[0]?.count ?? 0) >= max) return false;
      await trx
        .insertInto('api_key')
        .values({
          id: key.id,
          digest: key.digest,
          person: key.user,
          name: encodeText(key.name),
          prefix: key.prefix,
          scope: key.scope,
          datasets: key.datasets === undefined ? null : encodeJson(key.datasets),
          created_at: key.createdAt,
          expires_at: key.expiresAt ?? null,
          used_at: null,
        })
        .execute();
      return true;
    });
  }

  async find(digest: string): Promise<ApiKey | undefined> {
    const row = await this.#keys().where('digest', '=', digest).executeTakeFirst();
    return row && keyOf(row);
  }

  async list({
    user,
    limit,
  }: {
    readonly user?: string;
    readonly limit: number;
  }): Promise<readonly ApiKey[]> {
    const all = this.#keys().orderBy('api_key.id', 'desc').limit(limit);
    const rows = await (user === undefined ? all : all.where('api_key.person', '=', user)).execute();
    return rows.map(keyOf);
  }

  async touch(id: string, at: Instant): Promise<void> {
    await this.#db.updateTable('api_key').set({ used_at: at }).where('id', '=', id).execute();
  }

  async revoke({ id, user }: { readonly id: string; readonly user?: string }): Promise<boolean> {
    const one = this.#db.deleteFrom('api_key').where('id', '=', encodeText(id)).returning('id');
    const gone = await (user === undefined ? one : one.where('person', '=', user)).executeTakeFirst();
    return gone !== undefined;
  }

  #keys() {
    return this.#db
      .selectFrom('api_key')
      .innerJoin('person', 'person.id', 'api_key.person')
      .select([
        'api_key.id',
        'api_key.name',
        'prefix',
        'scope',
        'datasets',
        'api_key.created_at',
        'expires_at',
        'used_at',
        ...userColumns,
      ]);
  }
}

type Row = Parameters<typeof joinedUser>[0] & {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scope: string;
  readonly datasets: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly used_at: number | null;
};

function keyOf(row: Row): ApiKey {
  return {
    id: row.id,
    user: joinedUser(row),
    name: decodeText(row.name),
    prefix: row.prefix,
    scope: row.scope as KeyScope,
    ...(row.datasets === null ? {} : { datasets: decodeJson<readonly DatasetName[]>(row.datasets) }),
    createdAt: instant(row.created_at),
    ...(row.expires_at === null ? {} : { expiresAt: instant(row.expires_at) }),
    ...(row.used_at === null ? {} : { usedAt: instant(row.used_at) }),
  };
}
