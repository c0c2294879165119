import type { Categories } from './column-counts.ts';

/** The rows by category of several partitions. */
export class CategorySum {
  readonly #counts = new Map<string, number>();
  #partial = 0;
  #absent = 0;

  /** Rows by category, 1 or more each. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Whether every value of every partition is counted. */
  get isComplete(): boolean {
    return this.#partial === 0 && this.#absent === 0;
  }

  /** Whether every partition was counted by these categories. */
  get isThere(): boolean {
    return this.#absent === 0;
  }

  /** Adds a partition, or takes one out again with the sign −1. */
  count(categories: Categories | undefined, sign: 1 | -1): void {
    if (categories === undefined) {
      this.#absent += sign;
      return;
    }
    if (!categories.isComplete) this.#partial += sign;
    for (const [category, count] of categories.counts) {
      const sum = (this.#counts.get(category) ?? 0) + sign * count;
      if (sum === 0) this.#counts.delete(category);
      else this.#counts.set(category, sum);
    }
  }
}
