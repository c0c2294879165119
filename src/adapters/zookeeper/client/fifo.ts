/** A queue whose ends cost the same however long it is. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.#head < this.#items.length) this.#head += 1;
    // Items that have left are let go when they are the larger half: amortised, each is moved once.
    if (this.#head > 32 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  *[Symbol.iterator](): Iterator<T> {
    yield* this.#items.slice(this.#head);
  }

  /** Takes everything out, in order. */
  drain(): T[] {
    const drained = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return drained;
  }
}
