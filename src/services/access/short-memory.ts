import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';

/** Remembers for a second what was read, so that many requests at once cost one reading. */
export class ShortMemory<T> {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly value: Promise<T>; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is known under a key, read anew when that is too long ago. A failure is not remembered. */
  recall(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    const nowMs = this.#clock.monotonicMs();
    if (known !== undefined && nowMs - known.atMs < limits.accessMemoryMs) return known.value;
    const entry = { value: read(), atMs: nowMs };
    this.#known.delete(key);
    this.#known.set(key, entry);
    entry.value.catch(() => {
      if (this.#known.get(key) === entry) this.#known.delete(key);
    });
    // The oldest first: they were read before all others.
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= limits.accessMemoryMax) break;
      this.#known.delete(oldest);
    }
    return entry.value;
  }

  /** Remembers something else in its place, for as long as that would have been. */
  replace(key: string, value: T): void {
    const known = this.#known.get(key);
    if (known !== undefined) this.#known.set(key, { ...known, value: Promise.resolve(value) });
  }

  clear(): void {
    this.#known.clear();
  }
}
