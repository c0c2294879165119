import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { JobCounts } from '../../ports/exercise-store.ts';

/** How many jobs of each dataset are open and have ended; rejects while nobody can tell. */
export type LookAtJobs = () => Promise<ReadonlyMap<DatasetName, JobCounts>>;

/** Looks again and again at how far the work is: one look for all who wait for something. */
export class WorkWatch {
  readonly #clock: Clock;
  readonly #look: LookAtJobs;
  #counts: ReadonlyMap<DatasetName, JobCounts> = new Map();
  #seen = Promise.withResolvers<void>();

  constructor(clock: Clock, look: LookAtJobs) {
    this.#clock = clock;
    this.#look = look;
  }

  /** Jobs that have ended, as far as was seen. */
  get ended(): number {
    return sum([...this.#counts.values()].map(({ ended }) => ended));
  }

  get open(): number {
    return sum([...this.#counts.values()].map(({ open }) => open));
  }

  /** Looks until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#counts = await this.#look();
        const { resolve } = this.#seen;
        this.#seen = Promise.withResolvers();
        resolve();
      } catch {
        // The database is away: so is what there was to see.
      }
      await this.#clock.sleep(limits.drillLookMs, signal);
    }
  }

  /** Resolves once a dataset has no open job any more, by a look that began after the call. */
  async idle(dataset: DatasetName, signal: AbortSignal): Promise<void> {
    await this.#sight(signal);
    do await this.#sight(signal);
    while ((this.#counts.get(dataset)?.open ?? 0) > 0);
  }

  /** Resolves once so many jobs have ended. */
  async reaches(ended: number, signal: AbortSignal): Promise<void> {
    while (this.ended < ended) await this.#sight(signal);
  }

  /** The next look that comes to an end. It may have begun before. */
  async #sight(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#seen.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
