import { type Instant, instant } from '../../../base/units.ts';
import type { Session, SessionStore } from '../../../ports/access-store.ts';
import type { Connection } from '../transact.ts';
import { joinedUser, userColumns } from './user-row.ts';

/** Sessions of people in PostgreSQL. */
export class PostgresSessionStore implements SessionStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async add(session: {
    readonly digest: string;
    readonly user: string;
    readonly at: Instant;
  }): Promise<void> {
    const { digest, user, at } = session;
    await this.#db
      .insertInto('sign_in_session')
      .values({ digest, person: user, created_at: at, seen_at: at })
      .execute();
  }

  async find(digest: string): Promise<Session | undefined> {
    const row = await this.#db
      .selectFrom('sign_in_session')
      .innerJoin('person', 'person.id', 'sign_in_session.person')
      .select(['sign_in_session.created_at', 'sign_in_session.seen_at', ...userColumns])
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      digest,
      user: joinedUser(row),
      createdAt: instant(row.created_at),
      seenAt: instant(row.seen_at),
    };
  }

  async touch(digest: string, at: Instant): Promise<void> {
    await this.#db
      .updateTable('sign_in_session')
      .set({ seen_at: at })
      .where('digest', '=', digest)
      .where('seen_at', '<', at)
      .execute();
  }

  async end(digest: string): Promise<void> {
    await this.#db.deleteFrom('sign_in_session').where('digest', '=', digest).execute();
  }
}
