import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../../base/outcome.ts';
import type { FromWorker, ToWorker } from '../protocol.ts';
import { residentBytes } from './resident-memory.ts';

/** How a request that a worker was given ended. */
export type WorkerEnd =
  | { readonly kind: 'answered'; readonly outcome: Outcome<unknown> }
  | { readonly kind: 'died'; readonly how: string };

type Waiting = {
  readonly id: number;
  readonly end: (end: WorkerEnd) => void;
  readonly progress: ((fraction: number) => void) | undefined;
};

/** What a worker inherits of the environment: never secrets. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL'];
/** Each query that runs holds a thread of Node's pool, and files are read by the others. */
const poolThreads = '8';
const errorTextMax = 2_000;

/** One child process with DuckDB. It does one request at a time and is killed rather than trusted. */
export class WorkerProcess {
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #directory: string;
  #waiting: Waiting | undefined;
  #errors = '';
  #end: string | undefined;

  /** Starts a process whose files lie in a directory of its own under `scratchDirectory`. */
  constructor(scratchDirectory: string, name: string) {
    this.#directory = join(scratchDirectory, name);
    mkdirSync(this.#directory, { recursive: true });
    const environment = inherited.flatMap((key) => {
      const value = process.env[key];
      return value === undefined ? [] : [[key, value] as const];
    });
    this.#child = fork(new URL('../worker/worker-main.ts', import.meta.url), [this.#directory], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
      env: {
        ...Object.fromEntries(environment),
        UV_THREADPOOL_SIZE: poolThreads,
        ASSAY_ENGINE_PID: String(process.pid),
      },
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString('utf8')).slice(-errorTextMax);
    });
    this.#child.on('message', (message: FromWorker) => this.#receive(message));
    this.gone = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.#end !== undefined) return;
        this.#end = how;
        rmSync(this.#directory, { recursive: true, force: true });
        this.#finish({ kind: 'died', how });
        resolve();
      };
      this.#child.on('error', (error) => {
        this.kill();
        end(error.message);
      });
      this.#child.on('exit', (code, signal) => end(this.#howItEnded(code, signal)));
    });
    this.rest();
  }

  get isAlive(): boolean {
    return this.#end === undefined;
  }

  /** Its own memory in bytes. */
  get memoryBytes(): number {
    return (this.#child.pid === undefined ? undefined : residentBytes(this.#child.pid)) ?? 0;
  }

  /** Gives it a request; resolves with the answer, or with its death. */
  ask(
    message: Omit<Extract<ToWorker, { kind: 'request' }>, 'scratch'>,
    progress?: (fraction: number) => void,
  ): Promise<WorkerEnd> {
    if (this.#end !== undefined) return Promise.resolve({ kind: 'died', how: this.#end });
    const scratch = join(this.#directory, `request-${message.id}`);
    mkdirSync(scratch, { recursive: true });
    this.#child.ref();
    this.#child.channel?.ref();
    return new Promise((resolve) => {
      const end = (ended: WorkerEnd): void => {
        rmSync(scratch, { recursive: true, force: true });
        resolve(ended);
      };
      this.#waiting = { id: message.id, end, progress };
      this.#send({ ...message, scratch });
    });
  }

  /** Asks how far the request is. */
  look(id: number): void {
    this.#send({ kind: 'look', id });
  }

  interrupt(id: number): void {
    this.#send({ kind: 'interrupt', id });
  }

  /** Idle, it does not keep this process from ending. */
  rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    const { stderr } = this.#child;
    if (stderr !== null && 'unref' in stderr && typeof stderr.unref === 'function') stderr.unref();
  }

  /** Ends it at once. This process waits for its end. */
  kill(): void {
    if (!this.isAlive) return;
    this.#child.ref();
    this.#child.kill('SIGKILL');
  }

  #send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: FromWorker): void {
    if (message.id !== this.#waiting?.id) return;
    if (message.kind === 'progress') this.#waiting.progress?.(message.fraction);
    else this.#finish({ kind: 'answered', outcome: message.outcome });
  }

  #finish(end: WorkerEnd): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.end(end);
  }

  #howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
    const errors = this.#errors.trim().split('\n').slice(-3).join(' ');
    const how = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
    return errors === '' ? how : `${how}: ${errors}`;
  }
}
