import {
  type Dialect,
  type DialectAdapter,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type TransactionSettings,
} from 'kysely';
import { limits } from '../../../base/limits.ts';
import { isTransient } from '../transact.ts';
import type { ServerConnection } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';

/** A PostgreSQL server behind a pool of connections, for Kysely, with the values of the embedded database. */
export class ServerDialect implements Dialect {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  createDriver(): Driver {
    return new ServerDriver(this.#pool);
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }

  /** Its migration lock is an advisory lock of the server: it ends with the process that holds it. */
  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }

  createIntrospector(db: ConstructorParameters<typeof PostgresIntrospector>[0]): PostgresIntrospector {
    return new PostgresIntrospector(db);
  }
}

class ServerDriver implements Driver {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<ServerConnection> {
    return this.#pool.acquire();
  }

  async beginTransaction(connection: ServerConnection, settings: TransactionSettings): Promise<void> {
    await connection.begin(settings);
  }

  async commitTransaction(connection: ServerConnection): Promise<void> {
    await connection.commit();
  }

  /** What is run again, as the victim of a deadlock is, comes a little later than those that it met. */
  async rollbackTransaction(connection: ServerConnection): Promise<void> {
    const { fault } = connection;
    await connection.rollback();
    if (isTransient(fault)) await this.#pool.pause(limits.databaseConflictPauseMs);
  }

  async releaseConnection(connection: ServerConnection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {
    await this.#pool.close();
  }
}
