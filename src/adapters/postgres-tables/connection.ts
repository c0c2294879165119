import { createWriteStream } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { FailureError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { MiB } from '../../base/units.ts';
import type { Wait } from '../../ports/provider.ts';
import type { CopiedRows } from '../../ports/table-source.ts';
import type { Address } from './address.ts';
import type { ResultField } from './column-types.ts';
import { LineCount } from './line-count.ts';
import { serverFault } from './server-fault.ts';

/** A result with its values as the server writes them. */
export type TextResult = {
  readonly fields: readonly ResultField[];
  readonly rows: readonly (readonly (string | null)[])[];
};

/**
 * A read-only session within one transaction, which sees one state of the data. Whatever runs is ended on the server too,
 * when the signal says so; then everything rejects with the signal's reason. Other errors are `FailureError`s.
 */
export class PostgresConnection implements AsyncDisposable {
  readonly #address: Address;
  readonly #client: pg.Client;
  readonly #signal: AbortSignal;
  #isBusy = false;

  static async open(address: Address, { signal, timeoutMs }: Wait): Promise<PostgresConnection> {
    const connection = new PostgresConnection(address, signal);
    try {
      await connection.#run((client) => client.connect());
      await connection.#prepare(timeoutMs);
      return connection;
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(address: Address, signal: AbortSignal) {
    this.#address = address;
    this.#signal = signal;
    this.#client = new pg.Client({
      host: address.host,
      port: address.port,
      user: address.user,
      password: address.password,
      database: address.database,
      ssl: address.tls,
      application_name: 'assay',
      connectionTimeoutMillis: limits.databaseConnectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: limits.databaseKeepAliveMs,
      types: { getTypeParser: () => (value: unknown) => value },
    });
    // A connection may be lost while nothing is asked; the next question then fails.
    this.#client.on('error', () => undefined);
  }

  /**
   * Runs one statement. It is sent as one that is prepared, which the server refuses to be several: whatever a query
   * holds, it can not end the transaction.
   */
  async query(sql: string): Promise<TextResult> {
    const config = { text: sql, rowMode: 'array', queryMode: 'extended' } as const;
    const { fields, rows } = await this.#run((client) => client.query<(string | null)[]>(config));
    return { fields, rows };
  }

  /**
   * Writes what a `copy … to stdout` gives to a new file. Bytes wait in the server when the disk is behind. The statement
   * must hold nothing that `query` has not taken before.
   */
  async copy(sql: string, path: string, onRows: (rows: number) => void): Promise<CopiedRows> {
    return await this.#run(async (client) => {
      const rows = client.query(copyTo(sql, { highWaterMark: MiB }));
      const lines = new LineCount();
      // An error that comes behind the last row, or after an abort, has nobody else to be told to.
      rows.on('error', () => undefined);
      rows.on('data', (bytes: Buffer) => onRows(lines.add(bytes)));
      await pipeline(rows, createWriteStream(path, { flags: 'wx', highWaterMark: 4 * MiB }), {
        signal: this.#signal,
      });
      // Its answer comes after all that the copying has to say.
      await client.query('select');
      return { rowCount: rows.rowCount, isLinewise: lines.isOneFor(rows.rowCount) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isBusy) return this.#destroy();
    // A server that has fallen silent does not hear the farewell.
    const patience = AbortSignal.timeout(limits.databaseConnectTimeoutMs);
    patience.addEventListener('abort', () => this.#destroy(), { once: true });
    await this.#client.end().catch(() => undefined);
  }

  /** Nothing that the session runs may depend on how the server is set, or write, or outlive its deadline. */
  async #prepare(timeoutMs: number): Promise<void> {
    const limitMs = Math.max(1, Math.min(Math.ceil(timeoutMs), 2 ** 31 - 1));
    // Servers before version 14, and not all machines, can look whether a client is still there while they compute.
    await this.query(
      "select set_config(name, '2s', false) from pg_settings where name = 'client_connection_check_interval'",
    ).catch((error: unknown) => {
      if (this.#signal.aborted) throw error;
    });
    const settings = [
      'default_transaction_read_only = on',
      `statement_timeout = ${limitMs}`,
      `lock_timeout = ${Math.min(limitMs, limits.sourceLockWaitMs)}`,
      `idle_in_transaction_session_timeout = ${limits.sourceIdleMs}`,
      "datestyle = 'ISO, YMD'",
      "intervalstyle = 'postgres'",
      "timezone = 'UTC'",
      "bytea_output = 'hex'",
      'extra_float_digits = 1',
    ];
    // Only for the transaction: behind a pooler, the next user of the connection finds it as it was.
    await this.#run((client) =>
      client.query(
        `begin isolation level repeatable read read only; ${settings.map((setting) => `set local ${setting}`).join('; ')}`,
      ),
    );
  }

  async #run<T>(action: (client: pg.Client) => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => {
      this.#cancel();
      reject(this.#signal.reason);
    };
    this.#signal.addEventListener('abort', abort, { once: true });
    this.#isBusy = true;
    try {
      const done = await Promise.race([action(this.#client), aborted]);
      this.#isBusy = false;
      return done;
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      // The server has answered, and takes the next statement, if only to refuse it.
      this.#isBusy = !(error instanceof pg.DatabaseError);
      throw error instanceof FailureError ? error : new FailureError(serverFault(this.#address, error));
    } finally {
      this.#signal.removeEventListener('abort', abort);
    }
  }

  /**
   * Asks the server to end what runs, by a connection of its own as the protocol wants it, then closes this one. A server
   * that does not hear it notices the closed connection when it next writes or looks.
   */
  #cancel(): void {
    const { processID, secretKey } = this.#client as unknown as BackendKey;
    if (processID === null || secretKey === null) return this.#destroy();
    const { host, port } = this.#address;
    const place = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
    const socket = connectSocket({ ...place, timeout: limits.databaseConnectTimeoutMs });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    // The server closes it when it has passed the request on.
    socket.on('close', () => this.#destroy());
    socket.on('data', () => undefined);
    socket.end(cancelRequest(processID, secretKey));
  }

  #destroy(): void {
    const { connection } = this.#client as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }
}

/** What the server told at the start of a session, which a request to cancel must name. */
type BackendKey = { readonly processID: number | null; readonly secretKey: number | null };

const cancelRequestCode = 80_877_102;

function cancelRequest(processId: number, secretKey: number): Buffer {
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(cancelRequestCode, 4);
  message.writeInt32BE(processId, 8);
  message.writeInt32BE(secretKey, 12);
  return message;
}
