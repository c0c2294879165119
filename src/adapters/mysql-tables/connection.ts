import { type Connection, type ConnectionOptions, createConnection, type FieldPacket } from 'mysql2';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Wait } from '../../ports/provider.ts';
import { type Address, addressText } from './address.ts';
import type { RawValue } from './csv-writer.ts';
import { isTimeLimit, isWithoutTls, serverFault } from './server-fault.ts';

export type ServerResult = {
  readonly fields: readonly FieldPacket[];
  readonly rows: readonly (readonly (string | null)[])[];
};

/** Takes the rows of a result. When it returns a promise, the server waits until that resolves. */
export type RowSink = (row: readonly RawValue[]) => Promise<void> | undefined;

/**
 * A read-only session of one request. Whatever runs is ended on the server too, when the request's signal says so; then
 * everything rejects with the signal's reason. Other errors are `FailureError`s.
 */
export class ServerConnection implements AsyncDisposable {
  readonly #address: Address;
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  #isMariadb = false;
  /** Whether a statement runs on the server, as far as is known here. */
  #isBusy = false;
  #ended: Promise<void> | undefined;
  /** Rejects when the connection is lost, whatever is waited for. */
  readonly #lost: Promise<never>;

  static async open(address: Address, { signal, timeoutMs }: Wait): Promise<ServerConnection> {
    const connection = new ServerConnection(address, await connect(address, signal), signal);
    try {
      await connection.#prepare(timeoutMs);
      return connection;
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(address: Address, connection: Connection, signal: AbortSignal) {
    this.#address = address;
    this.#connection = connection;
    this.#signal = signal;
    this.#lost = new Promise((_, reject) => connection.on('error', reject));
    // It may be lost while nothing is asked; the next question then fails.
    this.#lost.catch(() => undefined);
  }

  /** All of a small result, as texts. */
  async result(sql: string): Promise<ServerResult> {
    const rows: (string | null)[][] = [];
    const fields = await this.#run(sql, (row) => {
      rows.push(row.map((value) => (value === null ? null : Buffer.from(value).toString())));
      return undefined;
    });
    return { fields, rows };
  }

  async rows(sql: string): Promise<ServerResult['rows']> {
    return (await this.result(sql)).rows;
  }

  /** `explain` as a table that tells of partitions too, whatever the server's settings say. */
  get explain(): string {
    return this.#isMariadb ? 'explain partitions' : 'explain format = traditional';
  }

  /** The columns of a statement's result, which has no rows. */
  async fieldsOf(sql: string): Promise<readonly FieldPacket[]> {
    return await this.#run(sql, () => undefined);
  }

  /** Runs a statement and hands on its rows as they come. Resolves when the server has said that this was all. */
  async stream(sql: string, sink: RowSink): Promise<void> {
    await this.#run(sql, sink);
  }

  /** From here on, all statements see the tables as they are now, as far as these are transactional. */
  async freeze(): Promise<void> {
    await this.#run('start transaction with consistent snapshot, read only', () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined && !this.#isBusy) this.#connection.end();
    else await this.#end();
    this.#connection.destroy();
  }

  /** Nothing that the session runs may depend on how the server is set, or write. */
  async #prepare(timeoutMs: number): Promise<void> {
    const [[version = ''] = []] = await this.rows('select version()');
    const limitMs = Math.max(1, Math.ceil(timeoutMs));
    this.#isMariadb = /mariadb/i.test(version ?? '');
    const timeLimit = this.#isMariadb
      ? `max_statement_time = ${Math.min(limitMs / 1000, 31_536_000)}`
      : `max_execution_time = ${Math.min(limitMs, 2 ** 31)}`;
    const statements = [
      'set names utf8mb4',
      `set session time_zone = '+00:00', session sql_mode = '', session sql_auto_is_null = 0, session net_write_timeout = 600, session ${timeLimit}`,
      'set session transaction isolation level repeatable read',
      'set session transaction read only',
    ];
    for (const statement of statements) await this.#run(statement, () => undefined);
  }

  async #run(sql: string, sink: RowSink): Promise<readonly FieldPacket[]> {
    this.#signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => {
      // The caller is told at once; disposing waits until the server has been told too.
      void this.#end();
      reject(this.#signal.reason);
    };
    this.#signal.addEventListener('abort', abort, { once: true });
    this.#isBusy = true;
    try {
      return await Promise.race([this.#ask(sql, sink), this.#lost, aborted]);
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      throw this.#failure(error);
    } finally {
      this.#signal.removeEventListener('abort', abort);
    }
  }

  #ask(sql: string, sink: RowSink): Promise<readonly FieldPacket[]> {
    return new Promise((resolve, reject) => {
      let fields: readonly FieldPacket[] = [];
      const query = this.#connection.query({ sql, rowsAsArray: true, typeCast: false });
      query.on('fields', (found: readonly FieldPacket[] | undefined) => {
        fields = found ?? [];
      });
      query.on('result', (row: unknown) => {
        // What a statement without rows says comes here too.
        if (!Array.isArray(row)) return;
        const wait = sink(row);
        if (wait === undefined) return;
        this.#connection.pause();
        wait.then(
          () => this.#connection.resume(),
          (cause: unknown) => reject(new FailureError(unwritten(cause))),
        );
      });
      query.on('error', (error: unknown) => {
        // The server has ended the statement by its answer.
        this.#isBusy = false;
        reject(error);
      });
      query.on('end', () => {
        this.#isBusy = false;
        resolve(fields);
      });
    });
  }

  #failure(thrown: unknown): FailureError {
    if (thrown instanceof FailureError) return thrown;
    if (isTimeLimit(thrown)) {
      const message = `A statement reached its limit of time (${addressText(this.#address)})`;
      return new FailureError(failure('TASK_TIMEOUT', message, { cause: thrown }));
    }
    return new FailureError(serverFault(this.#address, thrown));
  }

  /** Ends the running statement on the server, over another connection, since this one is taken by its rows. */
  #end(): Promise<void> {
    this.#ended ??= killQuery(this.#address, this.#connection.threadId).finally(() =>
      this.#connection.destroy(),
    );
    return this.#ended;
  }
}

/** What went wrong is here, not on the server. */
function unwritten(cause: unknown): Failure {
  const hint = 'see the cause: is there space left for scratch files?';
  return failure('INTERNAL', 'The rows could not be written to a scratch file', { hint, cause });
}

/** Without a chance to say it, the server still ends the statement by its limit of time, or when it next writes. */
async function killQuery(address: Address, id: number): Promise<void> {
  const signal = AbortSignal.timeout(limits.killGraceMs);
  try {
    const other = await connect(address, signal);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      other.on('error', () => resolve());
      other.query(`kill query ${id}`, () => resolve());
    });
    other.destroy();
  } catch {
    // The server is gone, or full.
  }
}

async function connect(address: Address, signal: AbortSignal): Promise<Connection> {
  try {
    return await handshake(address, signal, address.tls !== 'disabled');
  } catch (error) {
    signal.throwIfAborted();
    if (address.tls !== 'preferred' || !isWithoutTls(error))
      throw new FailureError(serverFault(address, error));
  }
  try {
    return await handshake(address, signal, false);
  } catch (error) {
    signal.throwIfAborted();
    throw new FailureError(serverFault(address, error));
  }
}

async function handshake(address: Address, signal: AbortSignal, withTls: boolean): Promise<Connection> {
  signal.throwIfAborted();
  const connection = createConnection(optionsOf(address, withTls));
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const connected = new Promise<void>((resolve, refuse) => {
      connection.once('error', refuse);
      connection.connect((error) => (error === null ? resolve() : refuse(error)));
    });
    await Promise.race([connected, aborted]);
    connection.removeAllListeners('error');
    return connection;
  } catch (error) {
    // A second error of the same connection is nobody's concern.
    connection.on('error', () => undefined);
    connection.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function optionsOf(address: Address, withTls: boolean): ConnectionOptions {
  const { host, port, user, password, database, tls, authorities } = address;
  const isVerified = tls === 'verify-ca' || tls === 'verify-identity';
  const ssl = {
    rejectUnauthorized: isVerified,
    verifyIdentity: tls === 'verify-identity',
    ...(authorities === undefined ? {} : { ca: authorities }),
  };
  return {
    host,
    port,
    user,
    password,
    database,
    ...(withTls ? { ssl } : {}),
    charset: 'utf8mb4',
    connectTimeout: limits.databaseConnectTimeoutMs,
    // A server could otherwise ask for files of this machine.
    flags: ['-LOCAL_FILES'],
    connectAttributes: { program_name: 'assay' },
  };
}
