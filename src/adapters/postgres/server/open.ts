import { Kysely, sql } from 'kysely';
import { failureOf } from '../../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Database } from '../../../ports/database.ts';
import type { Log } from '../../../ports/log.ts';
import type { Random } from '../../../ports/random.ts';
import type { StoredBatches } from '../../../ports/stored-batches.ts';
import { PostgresBatches } from '../batches/stored-batches.ts';
import { openDatabase } from '../open-database.ts';
import type { Schema } from '../schema.ts';
import { serverName } from './client-config.ts';
import { ConnectionPool } from './connection-pool.ts';
import { ServerDialect } from './dialect.ts';
import { createJobNotifications } from './job-notifications.ts';
import { checkRequirements } from './requirements.ts';

/**
 * Opens a database on a PostgreSQL server, for any number of processes. Failures: `DATABASE_UNAVAILABLE` when the server
 * does not come for some time, `DATABASE_UNREADABLE` when it refuses the user, is too old or gives too few rights,
 * `DATABASE_TOO_NEW` when a newer Assay has written it. The URL may hold a password: it is in no message and no log.
 */
export async function openServerDatabase(options: ServerDatabaseOptions): Promise<Outcome<ServerDatabase>> {
  const { url } = options;
  const log = options.log.with({ database: serverName(url) });
  const pool = new ConnectionPool(url, { ...options, log });
  const db = new Kysely<Schema>({ dialect: new ServerDialect(pool) });
  const opened = await openOn(db, { ...options, pool, log }).catch((error: unknown) =>
    fail(failureOf(error)),
  );
  if (!opened.ok) await db.destroy();
  return opened;
}

export type ServerDatabaseOptions = {
  /** `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=…` */
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Connections at most, without the one that listens; `databaseConnectionsMax` unless given. */
  readonly connectionsMax?: number;
  /** Whether `jobs.onChange` hears of other processes' changes, which takes one more connection; true unless given. */
  readonly listens?: boolean;
};

/** A database on a server, which can hold batches too. */
export type ServerDatabase = Database & { readonly storedBatches: StoredBatches };

async function openOn(
  db: Kysely<Schema>,
  { url, pool, log, listens = true }: OpenParts,
): Promise<Outcome<ServerDatabase>> {
  const fit = await checkRequirements(db);
  if (!fit.ok) return fit;
  const signal = createJobNotifications(url, {
    log,
    notify: async (channel) => void (await sql`select pg_notify(${channel}, '')`.execute(db)),
    pause: (durationMs) => pool.pause(durationMs),
    listens,
  });
  const database = await openDatabase(db, signal);
  if (!database.ok) {
    await signal.close();
    return database;
  }
  const close = async (): Promise<void> => {
    pool.closing();
    await signal.close();
    await database.value.close();
  };
  return succeed({ ...database.value, storedBatches: new PostgresBatches(db, pool), close });
}

type OpenParts = ServerDatabaseOptions & { readonly pool: ConnectionPool };
