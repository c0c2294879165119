/**
 * A column as its distinct values with the number of rows of each: what `GROUP BY value` gives. All states can be
 * computed from it. Parallel lists, one entry for each distinct value that is not null, in any order.
 */
export type Frequencies = {
  /** All rows, nulls included. */
  readonly rows: number;
  readonly nulls: number;
  /** Rows whose value is one of the configured missing values; nulls are not among them. */
  readonly missing: number;
  /** Rows of each value. */
  readonly counts: Float64Array;
  /** The low 48 bits of each value's hash, see `sketches/hash.ts`. */
  readonly hashes: Float64Array;
  readonly values: ValueTable;
};

/** The distinct values by the kind of column. */
export type ValueTable =
  /** Integers and decimals: `units` are whole multiples of 10^−`scale`; `numbers` are the values as doubles. */
  | {
      readonly kind: 'whole';
      readonly scale: number;
      readonly units: ArrayLike<bigint>;
      readonly numbers: Float64Array;
    }
  /** Doubles, with NaN and infinities. */
  | { readonly kind: 'float'; readonly numbers: Float64Array }
  /**
   * Dates in days, timestamps in microseconds since 1970-01-01T00:00Z, times in microseconds since midnight.
   * `numbers` are the same in milliseconds; infinite ones are ±Infinity there, with any unit.
   */
  | {
      readonly kind: 'time';
      readonly unit: 'day' | 'microsecond';
      readonly units: ArrayLike<bigint>;
      readonly numbers: Float64Array;
    }
  /** Texts cut by `scanText`, and their full lengths in characters. */
  | { readonly kind: 'text'; readonly texts: readonly string[]; readonly lengths: Float64Array }
  /** 1 for true, 0 for false. */
  | { readonly kind: 'boolean'; readonly truths: Uint8Array }
  /** Values of other types: only their counts and hashes are known. */
  | { readonly kind: 'opaque' };
