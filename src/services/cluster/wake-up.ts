import type { Clock } from '../../ports/clock.ts';

/** A bell for one sleeper. A ring while nobody sleeps is kept for the next sleep; many rings count as one. */
export class WakeUp {
  readonly #clock: Clock;
  #rung = false;
  #sleep: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#sleep?.abort();
  }

  /** Sleeps until the next ring, at most `durationMs`. */
  async wait(durationMs: number): Promise<void> {
    if (!this.#rung) {
      this.#sleep = new AbortController();
      await this.#clock.sleep(durationMs, this.#sleep.signal);
      this.#sleep = undefined;
    }
    this.#rung = false;
  }
}
