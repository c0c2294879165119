import { type Failure, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import { fail, type Outcome } from '../../../base/outcome.ts';
import { formatBytes, formatDuration, MiB } from '../../../base/units.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import type { WorkerRequest } from '../protocol.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { WorkerEnd, WorkerProcess } from './worker-process.ts';

/** One request with its limits. */
export type Supervised = {
  readonly id: number;
  readonly request: WorkerRequest;
  readonly threads: number;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ((fraction: number) => void) | undefined;
};

type Parts = { readonly clock: Clock; readonly telemetry: Telemetry; readonly pool: WorkerPool };

/** How often the memory of a busy worker is looked at; a query can take gigabytes in a second. */
const pollMs = 50;
/** Every so many looks, progress is asked for. */
const looksPerProgress = 5;

/**
 * Runs a request on a worker of the pool, and ends it for real at its limits: at the time-out or on abort it is
 * interrupted, and killed when that does not help soon; beyond its memory it is killed at once.
 */
export async function superviseRequest(parts: Parts, supervised: Supervised): Promise<Outcome<unknown>> {
  const { clock, pool } = parts;
  const startedMs = clock.monotonicMs();
  const over = new AbortController();
  const onAbort = (): void => over.abort();
  supervised.signal.addEventListener('abort', onAbort, { once: true });
  if (supervised.signal.aborted) over.abort();
  const ended = new AbortController();
  let isTimeout = false;
  void clock.sleep(supervised.timeoutMs, ended.signal).then(() => {
    isTimeout = !ended.signal.aborted;
    over.abort();
  });
  const whyOver = (): Failure => {
    // A caller may abort at the same time-out as ours.
    return isTimeout || clock.monotonicMs() - startedMs >= supervised.timeoutMs
      ? timeout(supervised)
      : failure('TASK_CANCELLED', `${nameOf(supervised)} was cancelled`);
  };
  try {
    const worker = await pool.acquire(over.signal);
    if (worker === undefined) return fail(whyOver());
    return await new Supervision(parts, worker, { supervised, over: over.signal, whyOver }).run();
  } finally {
    ended.abort();
    supervised.signal.removeEventListener('abort', onAbort);
  }
}

type Watched = {
  readonly supervised: Supervised;
  readonly over: AbortSignal;
  readonly whyOver: () => Failure;
};

class Supervision {
  readonly #parts: Parts;
  readonly #worker: WorkerProcess;
  readonly #watched: Watched;

  constructor(parts: Parts, worker: WorkerProcess, watched: Watched) {
    this.#parts = parts;
    this.#worker = worker;
    this.#watched = watched;
  }

  async run(): Promise<Outcome<unknown>> {
    const { id, request, threads, memoryMb, onProgress } = this.#watched.supervised;
    const answer = this.#worker.ask({ kind: 'request', id, request, threads, memoryMb }, onProgress);
    const stopped = await this.#watch(answer);
    if (stopped !== undefined) return fail(stopped);
    const end = await answer;
    this.#parts.pool.release(this.#worker, end.kind === 'answered');
    if (end.kind === 'answered') return end.outcome;
    return fail(this.#parts.pool.isClosed ? this.#watched.whyOver() : this.#died(end.how));
  }

  /** Watches until the worker has answered or died (undefined), or had to be stopped (why). */
  async #watch(answer: Promise<WorkerEnd>): Promise<Failure | undefined> {
    const { supervised, over } = this.#watched;
    const done = new AbortController();
    void answer.then(() => done.abort());
    const wake = AbortSignal.any([done.signal, over]);
    for (let look = 1; !done.signal.aborted; look++) {
      if (over.aborted) return this.#stop(answer);
      const bytes = this.#worker.memoryBytes;
      if (bytes > supervised.memoryMb * MiB) return this.#tooLarge(bytes);
      if (supervised.onProgress !== undefined && look % looksPerProgress === 0) {
        this.#worker.look(supervised.id);
      }
      await this.#parts.clock.sleep(pollMs, wake);
    }
    return undefined;
  }

  async #stop(answer: Promise<WorkerEnd>): Promise<Failure> {
    const { supervised, whyOver } = this.#watched;
    const why = whyOver();
    this.#worker.interrupt(supervised.id);
    const given = new AbortController();
    const end = await Promise.race([
      answer,
      this.#parts.clock.sleep(limits.killGraceMs, given.signal).then(() => undefined),
    ]);
    given.abort();
    if (end === undefined) this.#count('killed');
    this.#parts.pool.release(this.#worker, false);
    // Its files in the caller's directory are the caller's again only when it is gone.
    await this.#worker.gone;
    return why;
  }

  async #tooLarge(bytes: number): Promise<Failure> {
    const { supervised } = this.#watched;
    this.#count('memory');
    this.#parts.pool.release(this.#worker, false);
    await this.#worker.gone;
    const allowed = formatBytes(supervised.memoryMb * MiB);
    return failure(
      'MEMORY_LIMIT',
      `${nameOf(supervised)} took ${formatBytes(bytes)} of memory, more than the ${allowed} allowed, and was stopped`,
      { hint: 'cut the source into smaller partitions, or give the task more memory' },
    );
  }

  #died(how: string): Failure {
    this.#count('died');
    return failure(
      'WORKER_DIED',
      `the worker process died while it did ${nameOf(this.#watched.supervised)}`,
      {
        cause: how,
      },
    );
  }

  #count(reason: string): void {
    this.#parts.telemetry.count('assay_workers_died_total', { reason });
  }
}

function timeout(supervised: Supervised): Failure {
  return failure(
    'TASK_TIMEOUT',
    `${nameOf(supervised)} did not end within ${formatDuration(supervised.timeoutMs)}`,
  );
}

const names = {
  describe: 'the description of the source',
  partitionsOf: 'the listing of partitions',
  ingest: 'the ingest',
  measure: 'the measurement',
  query: 'the query',
  evaluate: 'the evaluation',
  merge: 'the merging of states',
  replay: 'the replay',
  suggest: 'the search for checks',
} as const;

function nameOf({ request }: Supervised): string {
  return names[request.kind];
}
