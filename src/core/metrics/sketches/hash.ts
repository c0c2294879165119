/**
 * States keep the low 48 bits of a value's 64-bit hash: as many as a double holds exactly with room to spare. Two of
 * 4,096 values collide with a chance below 1 in 30 million.
 */
export const hashBits = 48;

/** 2^48: hashes are whole numbers below it. */
export const hashLimit = 2 ** hashBits;

/**
 * Where the hashes come from: DuckDB's `hash()`. DuckDB does not promise that it stays the same, therefore the tag is
 * part of the stored states, a test compares golden values, and a change of the function needs a new tag.
 */
export const hashAlgorithm = 'duckdb-hash/1';
