/** Secrets of people and programs: made here, kept only as what they can be recognised by. */
export interface Credentials {
  /** A new secret of 256 random bits, as text for addresses, headers and cookies. */
  token(): string;
  /** What is kept of such a secret. Its bits can not be guessed, so that a plain hash (SHA-256) is enough. */
  digest(token: string): string;
  /** A second secret that follows from one, but tells nothing of it. */
  derived(token: string, purpose: string): string;
  /** Whether two texts are the same, in a time that does not tell where they differ. */
  areSame(a: string, b: string): boolean;
  /** What is kept of a password: slow and costly to guess at. The parameters stand in it. */
  hashPassword(password: string): Promise<string>;
  /**
   * Whether a password is the one that was kept. Without a kept one it is not, and that takes the same time. `isOutdated`:
   * its parameters are not those of today, so that it is to be hashed anew.
   */
  verifyPassword(
    password: string,
    kept: string | undefined,
  ): Promise<{ readonly isRight: boolean; readonly isOutdated: boolean }>;
}
