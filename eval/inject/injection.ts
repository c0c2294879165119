import type { StrikeColumns } from '../streams/stream.ts';

/** One kind of error of one size. Applied to a partition it gives the rows that came instead of the clean ones. */
export type Injection = {
  /** The kind, such as `explicit_missing`. */
  readonly type: string;
  /** The size in words, such as `5 %`. */
  readonly magnitude: string;
  /** Orders the sizes of a kind, where there is an order. */
  readonly size: number;
  /** The columns it may strike, `undefined` for the partition as a whole; none where the stream has no such column. */
  readonly targets: (columns: StrikeColumns) => readonly (string | undefined)[];
  /** The SELECT statement of the corrupted rows, with the column `__n` that orders them. */
  readonly select: (strike: Strike) => string;
};

/**
 * What an error strikes: the table `part` (the dataset's columns, and `__n` from 1), `yesterday` of the same form, and
 * `tenants` (`value`), the larger regular ones of the stream.
 */
export type Strike = {
  /** The struck column; empty for the partition as a whole. */
  readonly column: string;
  /** The DuckDB type of each column. */
  readonly natives: Readonly<Record<string, string>>;
  readonly columns: StrikeColumns;
  /** Two different whole numbers: which rows, and which variant. */
  readonly seed: number;
  readonly variant: number;
  /** Days between yesterday's partition and this one. */
  readonly daysApart: number;
  /** For errors that grow: the day since they began, from 1. */
  readonly day: number;
};

/** The name of an injection in caches and reports. */
export function injectionId({ type, magnitude }: Pick<Injection, 'type' | 'magnitude'>): string {
  return `${type}: ${magnitude}`;
}

/** The partition as a whole. */
export const whole = (): readonly undefined[] => [undefined];
