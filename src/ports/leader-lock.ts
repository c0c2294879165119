/** Which one of several processes of an installation does what one must do alone. */
export interface LeaderLock {
  /**
   * Takes the lock if nobody has it, or says that this process has it still; false when another one does. Rejects while
   * the database does not answer: then this process must not count on having it.
   */
  hold(): Promise<boolean>;
  /** Gives it back: the next one has it at once. */
  release(): Promise<void>;
}
