/** Chance, injected: the only source of randomness outside `adapters/system`. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A new identifier that sorts by creation time: 26 lower-case letters and digits. */
  id(): string;
}
