import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  PGliteAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
} from 'kysely';
import { assert, unreachable } from '../../../base/assert.ts';
import { FailureError, failure } from '../../../base/errors.ts';
import { decodeText, encodeText } from '../safe-text.ts';
import type { WireParameter, WireResult, WireStatement } from './messages.ts';
import type { WorkerSession } from './worker-session.ts';

/** Where the driver gets the living session from; starts another when the last one has ended. */
export interface SessionSource {
  session(): Promise<WorkerSession>;
  close(): Promise<void>;
}

/**
 * PostgreSQL in a worker thread, for Kysely. There is one connection, so that Kysely hands it out to one caller at a
 * time: transactions run one after the other, and using the outer `db` inside a transaction would wait for ever.
 */
export class EmbeddedDialect implements Dialect {
  readonly #sessions: SessionSource;

  constructor(sessions: SessionSource) {
    this.#sessions = sessions;
  }

  createDriver(): Driver {
    return new EmbeddedDriver(this.#sessions);
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new PGliteAdapter();
  }

  createIntrospector(db: ConstructorParameters<typeof PostgresIntrospector>[0]): PostgresIntrospector {
    return new PostgresIntrospector(db);
  }
}

class EmbeddedDriver implements Driver {
  readonly #sessions: SessionSource;
  readonly #connection: EmbeddedConnection;

  constructor(sessions: SessionSource) {
    this.#sessions = sessions;
    this.#connection = new EmbeddedConnection(sessions);
  }

  async init(): Promise<void> {
    await this.#sessions.session();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  /** Of whatever isolation: with one connection, transactions run one after the other. */
  async beginTransaction(): Promise<void> {
    await this.#connection.begin();
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.finish('commit');
  }

  async rollbackTransaction(): Promise<void> {
    await this.#connection.finish('rollback');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#sessions.close();
  }
}

class EmbeddedConnection implements DatabaseConnection {
  readonly #sessions: SessionSource;
  #transaction: OpenTransaction | undefined;

  constructor(sessions: SessionSource) {
    this.#sessions = sessions;
  }

  async begin(): Promise<void> {
    this.#transaction = { session: await this.#sessions.session(), isBegun: false };
  }

  async finish(command: 'commit' | 'rollback'): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    // Rolled back already: with its session, or by a commit that failed, after which Kysely asks for it once more.
    if (command === 'rollback' && (transaction === undefined || transaction.session.end !== undefined))
      return;
    assert(transaction !== undefined, 'there is a transaction to commit');
    if (!transaction.isBegun) return;
    const [result] = await transaction.session.query([{ sql: command, parameters: [] }]);
    if (command === 'commit' && result?.command === 'ROLLBACK') {
      throw new FailureError(
        failure('INTERNAL', 'a transaction was committed after one of its statements had failed'),
      );
    }
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = { sql: query.sql, parameters: query.parameters.map(wireParameter) };
    const result = (await this.#send(statement)).at(-1);
    assert(result !== undefined, 'every statement was answered');
    const { affectedRows } = result;
    return {
      rows: rowsOf(result) as Row[],
      ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }),
    };
  }

  async #send(statement: WireStatement): Promise<readonly WireResult[]> {
    const transaction = this.#transaction;
    if (transaction === undefined) return (await this.#sessions.session()).query([statement]);
    const opening = transaction.isBegun ? [] : [beginning];
    transaction.isBegun = true;
    return transaction.session.query([...opening, statement]);
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('the embedded database does not stream: read in pages');
  }
}

/** Begun together with its first statement. */
type OpenTransaction = {
  /** A later session knows nothing of it, so none of it may run there. */
  readonly session: WorkerSession;
  isBegun: boolean;
};

const beginning: WireStatement = { sql: 'begin', parameters: [] };

function wireParameter(value: unknown): WireParameter {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      if (value instanceof Uint8Array) return ownBytes(value);
      return unreachable(value as never);
  }
}

/** A view of a larger buffer would take all of it to the other thread. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function rowsOf({ columns, rows }: WireResult): Record<string, unknown>[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [at, column] of columns.entries()) {
      const value = values[at];
      row[column] = typeof value === 'string' ? decodeText(value) : value;
    }
    return row;
  });
}
