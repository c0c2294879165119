import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { FailureError, failure } from '../../base/errors.ts';
import type { DatabaseAnswer, DatabaseRequest, ResultColumn, StoredValue } from './protocol.ts';
import { sqliteFault } from './sqlite-fault.ts';
import type { WrittenRows } from './write-rows.ts';

type Waiting = {
  readonly resolve: (answer: DatabaseAnswer) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: ((rowCount: number) => void) | undefined;
};

/**
 * A process that reads one SQLite file for one request. It ends with the request's signal, whatever it does then; what is
 * waited for rejects with the signal's reason, or with a `FailureError`.
 */
export class DatabaseProcess implements AsyncDisposable {
  readonly #path: string;
  readonly #signal: AbortSignal;
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  #waiting: Waiting | undefined;

  constructor(path: string, signal: AbortSignal) {
    signal.throwIfAborted();
    this.#path = path;
    this.#signal = signal;
    this.#child = fork(new URL('./database-main.ts', import.meta.url), [path], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: Object.fromEntries(inherited.flatMap((name) => entryOf(name))),
    });
    this.#gone = once(this.#child, 'exit').catch(() => undefined);
    this.#child.on('message', (answer: DatabaseAnswer) => this.#receive(answer));
    this.#child.on('error', (error) => this.#died(error));
    this.#child.on('exit', (code, how) => this.#died(`it ended with ${how ?? `code ${code}`}`));
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** The columns of a statement's result. */
  async columns(sql: string): Promise<readonly ResultColumn[]> {
    const answer = await this.#ask({ kind: 'columns', sql });
    return answer.kind === 'columns' ? answer.columns : [];
  }

  /** All rows of a small result. */
  async rows(sql: string): Promise<readonly (readonly StoredValue[])[]> {
    const answer = await this.#ask({ kind: 'rows', sql });
    return answer.kind === 'rows' ? answer.rows : [];
  }

  /** Writes the rows of a statement as CSV into a new file. */
  async write(sql: string, path: string, onProgress: (rowCount: number) => void): Promise<WrittenRows> {
    const answer = await this.#ask({ kind: 'write', sql, path }, onProgress);
    return answer.kind === 'written' ? answer : { rowCount: 0, isLinewise: true };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  readonly #abort = (): void => {
    this.#child.kill('SIGKILL');
    this.#waiting?.reject(this.#signal.reason);
  };

  async #ask(request: DatabaseRequest, onProgress?: (rowCount: number) => void): Promise<DatabaseAnswer> {
    this.#signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<DatabaseAnswer>();
    this.#waiting = { resolve, reject, onProgress };
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) this.#died('it has ended');
    else this.#child.send(request, (error) => error !== null && this.#died(error));
    const answer = await promise;
    if (answer.kind === 'failed') throw new FailureError(sqliteFault(this.#path, answer));
    return answer;
  }

  #receive(answer: DatabaseAnswer): void {
    if (answer.kind === 'progress') this.#waiting?.onProgress?.(answer.rowCount);
    else this.#waiting?.resolve(answer);
  }

  #died(cause: unknown): void {
    const message = `The process that read ${this.#path} died`;
    this.#waiting?.reject(new FailureError(failure('WORKER_DIED', message, { cause })));
  }
}

/** What the process inherits of the environment: never secrets. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'NODE_COMPILE_CACHE'];

function entryOf(name: string): (readonly [string, string])[] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}
