import { sql } from 'kysely';
import type { User, UserChange, UserStore } from '../../../ports/access-store.ts';
import { encodeText } from '../safe-text.ts';
import { type Connection, transact, type Work } from '../transact.ts';
import { userOf } from './user-row.ts';

/** People in PostgreSQL. */
export class PostgresUserStore implements UserStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async add(user: User): Promise<boolean> {
    const added = await this.#db
      .insertInto('person')
      .values({
        id: user.id,
        email: encodeText(user.email),
        name: encodeText(user.name),
        password: user.password ?? null,
        is_admin: user.isAdmin,
        may_register: user.mayRegister,
        is_disabled: user.isDisabled,
        created_at: user.createdAt,
      })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .returning('id')
      .executeTakeFirst();
    return added !== undefined;
  }

  async get(id: string): Promise<User | undefined> {
    const row = await this.#db
      .selectFrom('person')
      .selectAll()
      .where('id', '=', encodeText(id))
      .executeTakeFirst();
    return row && userOf(row);
  }

  async find(email: string): Promise<User | undefined> {
    const row = await this.#db
      .selectFrom('person')
      .selectAll()
      .where('email', '=', encodeText(email))
      .executeTakeFirst();
    return row && userOf(row);
  }

  async list({
    after,
    limit,
  }: {
    readonly after?: string;
    readonly limit: number;
  }): Promise<readonly User[]> {
    const all = this.#db.selectFrom('person').selectAll().orderBy('email').limit(limit);
    const rows = await (after === undefined ? all : all.where('email', '>', encodeText(after))).execute();
    return rows.map(userOf);
  }

  change(id: string, change: UserChange): Promise<User | 'unknown' | 'last_admin'> {
    return transact(this.#db, async (trx) => {
      const before = await locked(trx, id);
      if (before === undefined) return 'unknown';
      const after = { ...before, ...change };
      const losesAdmin = isWorkingAdmin(before) && !isWorkingAdmin(after);
      if (losesAdmin && !(await hasOtherAdmin(trx, id))) return 'last_admin';
      await trx
        .updateTable('person')
        .set({
          name: encodeText(after.name),
          is_admin: after.isAdmin,
          may_register: after.mayRegister,
          is_disabled: after.isDisabled,
        })
        .where('id', '=', id)
        .execute();
      if (after.isDisabled) await trx.deleteFrom('sign_in_session').where('person', '=', id).execute();
      return after;
    });
  }

  setPassword(id: string, password: string): Promise<boolean> {
    return transact(this.#db, async (trx) => {
      const changed = await trx
        .updateTable('person')
        .set({ password })
        .where('id', '=', encodeText(id))
        .returning('id')
        .executeTakeFirst();
      if (changed === undefined) return false;
      await trx.deleteFrom('sign_in_session').where('person', '=', changed.id).execute();
      return true;
    });
  }

  async rehash(id: string, { old, fresh }: { readonly old: string; readonly fresh: string }): Promise<void> {
    await this.#db
      .updateTable('person')
      .set({ password: fresh })
      .where('id', '=', id)
      .where('password', '=', old)
      .execute();
  }

  remove(id: string): Promise<'removed' | 'unknown' | 'last_admin'> {
    return transact(this.#db, async (trx) => {
      const before = await locked(trx, id);
      if (before === undefined) return 'unknown';
      if (isWorkingAdmin(before) && !(await hasOtherAdmin(trx, id))) return 'last_admin';
      await trx.deleteFrom('access_link').where('person', '=', id).execute();
      await trx.deleteFrom('dataset_member').where('email', '=', encodeText(before.email)).execute();
      await trx.deleteFrom('person').where('id', '=', id).execute();
      return 'removed';
    });
  }

  async hasAdmin(): Promise<boolean> {
    return hasOtherAdmin(this.#db, '');
  }
}

/** One at a time, so that two administrators can not remove each other at once. */
async function locked(trx: Work, id: string): Promise<User | undefined> {
  await sql`select id from person where is_admin order by id for update`.execute(trx);
  const row = await trx
    .selectFrom('person')
    .selectAll()
    .where('id', '=', encodeText(id))
    .forUpdate()
    .executeTakeFirst();
  return row && userOf(row);
}

function isWorkingAdmin(user: User): boolean {
  return user.isAdmin && !user.isDisabled && user.password !== undefined;
}

async function hasOtherAdmin(db: Connection, id: string): Promise<boolean> {
  const other = await db
    .selectFrom('person')
    .select('id')
    .where('is_admin', '=', true)
    .where('is_disabled', '=', false)
    .where('password', 'is not', null)
    .where('id', '<>', id)
    .executeTakeFirst();
  return other !== undefined;
}
