import { type Instant, instant } from '../../../base/units.ts';
import type { ThrottleStore } from '../../../ports/access-store.ts';
import { type Connection, transact } from '../transact.ts';

/** Tries to sign in, counted for all processes of an installation together. */
export class PostgresThrottleStore implements ThrottleStore {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  begin(
    subject: string,
    at: Instant,
    delayMs: (failures: number) => number,
  ): Promise<{ readonly kind: 'begun' } | { readonly kind: 'wait'; readonly until: Instant }> {
    return transact(this.#db, async (trx) => {
      // The row is there from now on, so that tries at once wait for each other.
      await trx
        .insertInto('sign_in_try')
        .values({ subject, failures: 0, last_at: at })
        .onConflict((conflict) => conflict.column('subject').doNothing())
        .execute();
      const { failures, last_at: lastAt } = await trx
        .selectFrom('sign_in_try')
        .select(['failures', 'last_at'])
        .where('subject', '=', subject)
        .forUpdate()
        .executeTakeFirstOrThrow();
      const until = instant(lastAt + delayMs(failures));
      if (until > at) return { kind: 'wait', until };
      await trx
        .updateTable('sign_in_try')
        .set({ failures: failures + 1, last_at: at })
        .where('subject', '=', subject)
        .execute();
      return { kind: 'begun' };
    });
  }

  async takeBack(subject: string, what: 'one' | 'all'): Promise<void> {
    if (what === 'all') {
      await this.#db.deleteFrom('sign_in_try').where('subject', '=', subject).execute();
      return;
    }
    await this.#db
      .updateTable('sign_in_try')
      .set((column) => ({ failures: column('failures', '-', 1) }))
      .where('subject', '=', subject)
      .where('failures', '>', 0)
      .execute();
  }
}
