import { Kysely } from 'kysely';
import { failureOf } from '../../../base/errors.ts';
import { fail, type Outcome } from '../../../base/outcome.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Database } from '../../../ports/database.ts';
import type { Log } from '../../../ports/log.ts';
import { openDatabase } from '../open-database.ts';
import type { Schema } from '../schema.ts';
import { EmbeddedDialect } from './dialect.ts';
import { lockDirectory } from './directory-lock.ts';
import { EmbeddedServer } from './embedded-server.ts';

/**
 * Opens the database of one machine below `directory`, which it makes on the first start: PostgreSQL as PGlite in a
 * worker thread. Commits are durable when they return. Failures: `DATA_DIRECTORY_LOCKED` when another process has it,
 * `DATABASE_UNREADABLE` when it can not be opened, `DATABASE_TOO_NEW` when a newer Assay has written it.
 */
export async function openEmbeddedDatabase(options: {
  readonly directory: string;
  /** Real time: a clock that jumps would take a query for one that hangs. */
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Outcome<Database>> {
  const lock = lockDirectory(options.directory);
  if (!lock.ok) return lock;
  const server = new EmbeddedServer({ ...options, lock: lock.value });
  try {
    await server.session();
    const database = await openDatabase(new Kysely<Schema>({ dialect: new EmbeddedDialect(server) }));
    if (!database.ok) await server.close();
    return database;
  } catch (error) {
    await server.close();
    return fail(failureOf(error));
  }
}
