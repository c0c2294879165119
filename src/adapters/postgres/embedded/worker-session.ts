import { Worker } from 'node:worker_threads';
import { type Failure, FailureError, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import type { Clock } from '../../../ports/clock.ts';
import { DatabaseFault } from '../database-fault.ts';
import type {
  WireError,
  WireResult,
  WireStatement,
  WorkerReply,
  WorkerRequest,
  WorkerStart,
} from './messages.ts';

/**
 * One life of the worker thread, from its start to its end. When it dies, every waiting and every further query is
 * rejected with `DATABASE_UNAVAILABLE`; it never comes back.
 */
export class WorkerSession {
  readonly #clock: Clock;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  readonly #ended = new AbortController();
  #end: Failure | undefined;
  #opening: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  #nextId = 1;

  private constructor(start: WorkerStart, clock: Clock) {
    this.#clock = clock;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: start });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (reply: WorkerReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#die(unavailable('the database thread failed', error)));
    this.#worker.once('exit', () => this.#die(unavailable('the database thread has ended')));
  }

  /** Starts the worker and waits until the database answers. Throws a `FailureError`: `DATABASE_UNREADABLE` … */
  static async start(start: WorkerStart, clock: Clock): Promise<WorkerSession> {
    const session = new WorkerSession(start, clock);
    await session.#open().catch(async (error) => {
      await session.#terminate();
      throw error;
    });
    void session.#watch();
    return session;
  }

  /** Why it has ended; undefined while it lives. */
  get end(): Failure | undefined {
    return this.#end;
  }

  /** Resolves when the thread is gone, so that another may open the same directory. */
  exited(): Promise<void> {
    return this.#exited;
  }

  /** Runs statements in order until one fails. Throws a `DatabaseFault` that the server raised, or a `FailureError`. */
  query(statements: readonly WireStatement[]): Promise<readonly WireResult[]> {
    if (this.#end !== undefined) return Promise.reject(new FailureError(this.#end));
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<readonly WireResult[]>();
    const deadlineMs = this.#clock.monotonicMs() + limits.databaseQueryTimeoutMs;
    this.#waiting.set(id, { resolve, reject, deadlineMs });
    this.#send({ kind: 'query', id, statements });
    return promise;
  }

  /** Shuts the database down; after a while by force, which costs no committed data. */
  async close(): Promise<void> {
    if (this.#end === undefined) this.#send({ kind: 'close' });
    const patience = new AbortController();
    await Promise.race([this.#exited, this.#clock.sleep(limits.stopDeadlineMs, patience.signal)]);
    patience.abort();
    await this.#terminate();
  }

  #send(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  #receive(reply: WorkerReply): void {
    switch (reply.kind) {
      case 'ready':
        this.#opening?.resolve();
        this.#opening = undefined;
        return;
      case 'unopened':
        this.#die(unreadable(reply.error));
        return;
      case 'failed':
        this.#die(unavailable(reply.error.message));
        return;
      case 'result':
        this.#take(reply.id)?.resolve(reply.results);
        return;
      case 'error':
        this.#take(reply.id)?.reject(new DatabaseFault(reply.error));
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #die(reason: Failure): void {
    this.#end ??= reason;
    this.#ended.abort();
    const error = new FailureError(this.#end);
    this.#opening?.reject(error);
    this.#opening = undefined;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  async #terminate(): Promise<void> {
    await this.#worker.terminate();
    await this.#exited;
  }

  /**
   * Nothing interrupts a running query, so that one beyond its deadline costs the thread its life. One timer watches over
   * all of them, because a timer each would cost more than most queries.
   */
  async #watch(): Promise<void> {
    for (;;) {
      // The oldest comes first, and all have the same time.
      const [oldest] = this.#waiting.values();
      const leftMs =
        oldest === undefined ? limits.databaseQueryTimeoutMs : oldest.deadlineMs - this.#clock.monotonicMs();
      if (leftMs <= 0) return this.#expire('a query of the database', limits.databaseQueryTimeoutMs);
      await this.#clock.sleep(leftMs, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
    }
  }

  async #expire(what: string, timeoutMs: number): Promise<void> {
    this.#die(unavailable(`${what} took longer than ${timeoutMs} ms`));
    await this.#terminate();
  }

  /** Waits until the database answers for the first time. */
  async #open(): Promise<void> {
    const timeoutMs = limits.databaseOpenTimeoutMs;
    const opened = new AbortController();
    const expired = this.#clock.sleep(timeoutMs, opened.signal).then(async () => {
      if (!opened.signal.aborted) await this.#expire('opening the database', timeoutMs);
    });
    try {
      const opening = this.#opening?.promise;
      await Promise.race([opening, expired]);
      await opening;
    } finally {
      opened.abort();
    }
  }
}

type Waiting = {
  readonly resolve: (results: readonly WireResult[]) => void;
  readonly reject: (error: unknown) => void;
  /** Of the monotonic clock. */
  readonly deadlineMs: number;
};

function unavailable(what: string, cause?: unknown): Failure {
  return failure('DATABASE_UNAVAILABLE', what, {
    hint: 'committed data is safe; the database starts again with the next request',
    cause,
  });
}

function unreadable(error: WireError): Failure {
  return failure('DATABASE_UNREADABLE', 'the embedded database could not be opened', {
    hint: 'check the disk (space, permissions); a directory of another version or a damaged one needs its backup',
    cause: new DatabaseFault(error),
  });
}
