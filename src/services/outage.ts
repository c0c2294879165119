import { failureOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Kit } from './kit.ts';

/**
 * Watches work that is tried again and again. One failure is nothing to be told of; when no try has succeeded for long, that
 * is an error, and again each hour that it lasts.
 */
export class Outage {
  readonly #kit: Kit;
  readonly #work: string;
  #sinceMs: number | undefined;
  #nextMs = 0;

  constructor(kit: Kit, work: string) {
    this.#kit = kit;
    this.#work = work;
  }

  /** A try failed. */
  failed(thrown: unknown): void {
    const nowMs = this.#kit.clock.monotonicMs();
    if (this.#sinceMs === undefined) {
      this.#sinceMs = nowMs;
      this.#nextMs = nowMs + limits.outageMs;
    }
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + limits.operatorRepeatMs;
    const seconds = Math.round((nowMs - this.#sinceMs) / 1_000);
    this.#kit.log.error('work does not succeed for long', {
      work: this.#work,
      seconds,
      failure: failureOf(thrown),
    });
  }

  /** A try succeeded. */
  over(): void {
    this.#sinceMs = undefined;
  }
}
