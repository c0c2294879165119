import { sql } from 'kysely';
import { type Instant, instant } from '../../../base/units.ts';
import type { LinkPurpose, LinkStore } from '../../../ports/access-store.ts';
import type { Connection } from '../transact.ts';

/** Links that are good for one use, in PostgreSQL. */
export class PostgresLinkStore implements LinkStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async put(
    link: { readonly digest: string; readonly purpose: LinkPurpose; readonly at: Instant },
    unlessAny = false,
  ): Promise<boolean> {
    const { digest, purpose, at } = link;
    const person = purpose.kind === 'setup' ? '' : purpose.user;
    const { rows } = await sql`
      insert into access_link as known (person, digest, created_at) values (${person}, ${digest}, ${at})
      on conflict (person) do update set digest = excluded.digest, created_at = excluded.created_at
        where not ${unlessAny}::boolean
      returning digest`.execute(this.#db);
    return rows.length > 0;
  }

  async find(
    digest: string,
  ): Promise<{ readonly purpose: LinkPurpose; readonly createdAt: Instant } | undefined> {
    const row = await this.#db
      .selectFrom('access_link')
      .selectAll()
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const purpose: LinkPurpose =
      row.person === '' ? { kind: 'setup' } : { kind: 'invitation', user: row.person };
    return { purpose, createdAt: instant(row.created_at) };
  }

  async take(digest: string): Promise<boolean> {
    const taken = await this.#db
      .deleteFrom('access_link')
      .where('digest', '=', digest)
      .returning('digest')
      .executeTakeFirst();
    return taken !== undefined;
  }
}
