import { MiB } from '../../../base/units.ts';
import type { Clock } from '../../../ports/clock.ts';
import { WorkerProcess } from './worker-process.ts';

export type PoolOptions = { readonly workersMax: number; readonly scratchDirectory: string };

/** An idle worker beyond the first is ended after this long. */
const idleMs = 30_000;
/** A worker that has kept more memory than this is not used again: a small request would be taken for the cause of it. */
const keptBytesMax = 160 * MiB;

type Waiter = { readonly give: (worker: WorkerProcess | undefined) => void };

/** Up to `workersMax` worker processes, started when they are needed and used again. */
export class WorkerPool {
  readonly #clock: Clock;
  readonly #options: PoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  /** Each with what ends its waiting to be ended. */
  readonly #idle = new Map<WorkerProcess, AbortController>();
  readonly #waiters: Waiter[] = [];
  #started = 0;
  #isClosed = false;

  constructor(clock: Clock, options: PoolOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** A worker for the caller alone, in the order of asking; undefined when `signal` aborts before one is free, or the pool closes. */
  acquire(signal: AbortSignal): Promise<WorkerProcess | undefined> {
    if (signal.aborted || this.#isClosed) return Promise.resolve(undefined);
    const free = this.#takeIdle() ?? this.#start();
    if (free !== undefined) return Promise.resolve(free);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        give: (worker) => {
          signal.removeEventListener('abort', giveUp);
          resolve(worker);
        },
      };
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        resolve(undefined);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.push(waiter);
    });
  }

  /** Gives a worker back. `isSound` is false when it was interrupted: it is ended instead of used again. */
  release(worker: WorkerProcess, isSound: boolean): void {
    if (!isSound || this.#isClosed || worker.memoryBytes > keptBytesMax) worker.kill();
    else if (worker.isAlive) this.#rest(worker);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends all workers; waiting callers get none. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.give(undefined);
    for (const worker of this.#workers) worker.kill();
    await Promise.all([...this.#workers].map((worker) => worker.gone));
  }

  #rest(worker: WorkerProcess): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) return waiter.give(worker);
    worker.rest();
    const controller = new AbortController();
    this.#idle.set(worker, controller);
    if (this.#idle.size > 1) void this.#endWhenIdle(worker, controller.signal);
  }

  async #endWhenIdle(worker: WorkerProcess, used: AbortSignal): Promise<void> {
    await this.#clock.sleep(idleMs, used);
    if (!used.aborted && this.#idle.size > 1) worker.kill();
  }

  #takeIdle(): WorkerProcess | undefined {
    // The one used last is the warmest, and the others may then be ended.
    for (const worker of [...this.#idle.keys()].toReversed()) {
      this.#forget(worker);
      if (worker.isAlive) return worker;
    }
    return undefined;
  }

  #forget(worker: WorkerProcess): void {
    this.#idle.get(worker)?.abort();
    this.#idle.delete(worker);
  }

  #start(): WorkerProcess | undefined {
    if (this.#workers.size >= this.#options.workersMax) return undefined;
    const name = `worker-${process.pid}-${++this.#started}`;
    const worker = new WorkerProcess(this.#options.scratchDirectory, name);
    this.#workers.add(worker);
    void this.#replaceWhenGone(worker);
    return worker;
  }

  async #replaceWhenGone(worker: WorkerProcess): Promise<void> {
    await worker.gone;
    this.#workers.delete(worker);
    this.#forget(worker);
    if (this.#isClosed || this.#waiters.length === 0) return;
    const next = this.#start();
    if (next !== undefined) this.#waiters.shift()?.give(next);
  }
}
