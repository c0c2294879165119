/** Who wants to hear that something may have changed. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  /** Adds a listener until the function that is returned is called. The same function may be added twice. */
  add(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  ring(): void {
    for (const listener of this.#listeners) listener();
  }
}
