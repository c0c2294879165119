import type { Clock } from '../../ports/clock.ts';

/** Aborts its signal when nothing was heard for a while: the other end of a connection may vanish without a word. */
export class SilenceWatch implements Disposable {
  readonly #clock: Clock;
  readonly #silent = new AbortController();
  readonly #done = new AbortController();
  #heardMs: number;

  constructor(clock: Clock, silenceMs: number) {
    this.#clock = clock;
    this.#heardMs = clock.monotonicMs();
    void this.#watch(silenceMs);
  }

  get signal(): AbortSignal {
    return this.#silent.signal;
  }

  /** Begins the time anew. */
  heard(): void {
    this.#heardMs = this.#clock.monotonicMs();
  }

  [Symbol.dispose](): void {
    this.#done.abort();
  }

  async #watch(silenceMs: number): Promise<void> {
    for (;;) {
      const leftMs = this.#heardMs + silenceMs - this.#clock.monotonicMs();
      if (leftMs <= 0) break;
      await this.#clock.sleep(leftMs, this.#done.signal);
      if (this.#done.signal.aborted) return;
    }
    this.#silent.abort();
  }
}
