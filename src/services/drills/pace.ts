/**
 * Holds work back until its time has come: as many jobs are begun as are allowed by then. So the faults of a drill find
 * work from its beginning to its end, however fast the cluster is.
 */
export class Pace {
  #allowed: number;
  #begun = 0;
  readonly #waiting: { readonly jobs: number; readonly go: () => void }[] = [];

  constructor(allowed: number) {
    this.#allowed = allowed;
  }

  /** From now on so many jobs may have begun in all. */
  allow(jobs: number): void {
    this.#allowed = Math.max(this.#allowed, jobs);
    this.#release();
  }

  /** Resolves when it is the turn of so many jobs more, in the order of the calls. */
  async begin(jobs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.push({ jobs, go: resolve });
    this.#release();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #release(): void {
    while (this.#begun < this.#allowed) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#begun += next.jobs;
      next.go();
    }
  }
}
