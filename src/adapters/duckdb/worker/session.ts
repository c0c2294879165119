import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { FailureError, failure } from '../../../base/errors.ts';
import { literal } from '../sql.ts';

export type SessionSettings = {
  /** For spilling; a directory of this process alone. */
  readonly directory: string;
  readonly threads: number;
  readonly memoryMb: number;
};

/** One row of a small result: integers beyond a double as text. */
export type Row = Readonly<Record<string, unknown>>;

/** What of a worker's memory is Node's own, and DuckDB's outside its buffer manager. */
const ownMemoryMb = 256;
const duckdbMemoryMbMin = 128;

/** DuckDB in this process, for one request: a connection of its own, temporary tables that end with it. */
export class Session implements AsyncDisposable {
  readonly connection: DuckDBConnection;
  readonly signal: AbortSignal;
  readonly #controller: AbortController;

  /** DuckDB's part of the memory of the request. */
  readonly memoryMb: number;
  readonly #threads: number;
  /** The connection that works now: its own, or the one of `lend`. */
  #working: DuckDBConnection;

  private constructor(connection: DuckDBConnection, settings: Omit<SessionSettings, 'directory'>) {
    const controller = new AbortController();
    this.connection = connection;
    this.memoryMb = settings.memoryMb;
    this.#working = connection;
    this.#threads = settings.threads;
    this.#controller = controller;
    this.signal = controller.signal;
  }

  /** Opens a connection to `instance` with the limits of one request. */
  static async open(
    instance: DuckDBInstance,
    settings: Omit<SessionSettings, 'directory'>,
  ): Promise<Session> {
    const connection = await instance.connect();
    const memoryMb = Math.max(duckdbMemoryMbMin, settings.memoryMb - ownMemoryMb);
    const session = new Session(connection, { threads: settings.threads, memoryMb });
    await connection.run(
      `set memory_limit = '${memoryMb}MB'; set threads = ${settings.threads}; set TimeZone = 'UTC';
       set enable_progress_bar = true; set enable_progress_bar_print = false; set errors_as_json = false`,
    );
    return session;
  }

  /** Runs a statement; returns the number of rows that it wrote. Throws `FailureError` when it was interrupted. */
  async run(sql: string): Promise<number> {
    this.#refuseAfterInterrupt();
    const result = await this.connection.run(sql);
    return result.rowsChanged;
  }

  /** Runs a statement on one thread: with a limit, several would read far more than it. */
  async runAlone(sql: string): Promise<number> {
    await this.run('set threads = 1');
    try {
      return await this.run(sql);
    } finally {
      if (!this.signal.aborted) await this.run(`set threads = ${this.#threads}`);
    }
  }

  /** Runs a statement on several threads, whatever the limit is: what it does depends on there being more than one. */
  async runTogether(sql: string): Promise<number> {
    if (this.#threads > 1) return this.run(sql);
    await this.run('set threads = 2');
    try {
      return await this.run(sql);
    } finally {
      if (!this.signal.aborted) await this.run(`set threads = ${this.#threads}`);
    }
  }

  /** All rows of a small result. */
  async rows(sql: string): Promise<readonly Row[]> {
    this.#refuseAfterInterrupt();
    const reader = await this.connection.runAndReadAll(sql);
    return reader.getRowObjectsJson();
  }

  /** The only row of a result. */
  async row(sql: string): Promise<Row> {
    return (await this.rows(sql))[0] ?? {};
  }

  /** Lets another connection do a part of the request: interrupts and looks at the progress go to it meanwhile. */
  async lend<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
    this.#refuseAfterInterrupt();
    this.#working = connection;
    try {
      return await work();
    } finally {
      this.#working = this.connection;
    }
  }

  /** 0–1 of the statement that runs now. */
  get progress(): number {
    const { percentage } = this.#working.progress;
    return Math.min(1, Math.max(0, percentage / 100));
  }

  /** Stops the statement that runs now, and everything after it. */
  interrupt(): void {
    this.#controller.abort(new FailureError(failure('TASK_CANCELLED', 'the request was interrupted')));
    this.#working.interrupt();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // DuckDB keeps hundreds of megabytes of free memory, but gives it back whenever this is set.
    await this.connection.run('set threads = 1').catch(() => undefined);
    this.connection.closeSync();
  }

  #refuseAfterInterrupt(): void {
    this.signal.throwIfAborted();
  }
}

/** DuckDB for this process: it never looks for extensions, and spills into `directory`. */
export async function openInstance(directory: string): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`set temp_directory = ${literal(directory)}`);
  connection.closeSync();
  return instance;
}
