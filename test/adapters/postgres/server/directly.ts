import { Kysely } from 'kysely';
import type { Schema } from '../../../../src/adapters/postgres/schema.ts';
import { ConnectionPool } from '../../../../src/adapters/postgres/server/connection-pool.ts';
import { ServerDialect } from '../../../../src/adapters/postgres/server/dialect.ts';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { testKit } from '../../../support/kit.ts';

/** The dialect without the stores. */
export function directly(url: string): AsyncDisposable & { readonly kysely: Kysely<Schema> } {
  const kysely = new Kysely<Schema>({
    dialect: new ServerDialect(new ConnectionPool(url, { ...testKit(), clock: systemClock })),
  });
  return { kysely, [Symbol.asyncDispose]: () => kysely.destroy() };
}
