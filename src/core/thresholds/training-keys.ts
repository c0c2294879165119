import { assert } from '../../base/assert.ts';
import type { PartitionKey } from '../../base/ids.ts';

const excludedShown = 20;

/** Which partitions a metric was trained on: the first and last of the window, and the newest that were left out. */
export class TrainingKeys {
  readonly #capacity: number;
  readonly #included: PartitionKey[] = [];
  #excluded: PartitionKey[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#included.length;
  }

  include(key: PartitionKey): void {
    this.#included.push(key);
    if (this.#included.length > this.#capacity) this.#included.shift();
  }

  exclude(key: PartitionKey): void {
    this.#excluded = [...this.#excluded.slice(1 - excludedShown), key];
  }

  /** The first and the last partition of the window; asked only when there is one. */
  span(): { readonly trainedFrom: PartitionKey; readonly trainedTo: PartitionKey } {
    const [trainedFrom] = this.#included;
    const trainedTo = this.#included.at(-1);
    assert(trainedFrom !== undefined && trainedTo !== undefined, 'a judged metric was trained');
    return { trainedFrom, trainedTo };
  }

  get excluded(): readonly PartitionKey[] {
    return this.#excluded;
  }
}
