import { type ColumnSchema, columnType } from '../../core/datasets/schema.ts';
import type { ResultColumn, StoredValue } from './protocol.ts';

/** How many rows decide about columns that were declared as nothing in particular, or as times. */
export const sampledRows = 1_000;

/**
 * The type of a column. SQLite stores what it is given: the declared type only says what was meant. Integers, numbers and
 * texts are taken at that word, and a value that is something else rejects its row. Dates and times may be stored as texts
 * or as numbers, and columns of queries are declared as nothing: there the first rows decide, by most of their values where
 * times are what was meant.
 * Source of the rules: "Datatypes In SQLite", determination of column affinity.
 */
export function storedColumn({ name, declared }: ResultColumn, sample: readonly StoredValue[]): ColumnSchema {
  return { name, type: columnType(nativeType((declared ?? '').toUpperCase(), sample)) };
}

function nativeType(declared: string, sample: readonly StoredValue[]): string {
  const values = sample.filter((value) => value !== null);
  if (declared.includes('BOOL')) return 'BOOLEAN';
  if (/DATE|TIME/.test(declared)) return timeType(values, values.length / 2) ?? byValues(values);
  if (declared.includes('INT')) return 'BIGINT';
  if (/CHAR|CLOB|TEXT/.test(declared)) return 'VARCHAR';
  if (declared.includes('BLOB')) return 'BLOB';
  if (/REAL|FLOA|DOUB|NUM|DEC/.test(declared)) return 'DOUBLE';
  return timeType(values, values.length) ?? byValues(values);
}

const date = /^\d{4}-\d\d-\d\d$/;
const dateAndTime = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?$/;

/** A type of times, when at least so many of the values are some. */
function timeType(values: readonly StoredValue[], atLeast: number): 'DATE' | 'TIMESTAMP' | undefined {
  const count = (pattern: RegExp): number =>
    values.filter((value) => typeof value === 'string' && pattern.test(value)).length;
  const [dates, times] = [count(date), count(dateAndTime)];
  if (dates + times === 0 || dates + times < atLeast) return undefined;
  return times === 0 ? 'DATE' : 'TIMESTAMP';
}

function byValues(values: readonly StoredValue[]): string {
  const all = (fits: (value: StoredValue) => boolean): boolean => values.length > 0 && values.every(fits);
  if (all((value) => typeof value === 'bigint')) return 'BIGINT';
  if (all((value) => typeof value === 'bigint' || typeof value === 'number')) return 'DOUBLE';
  return all((value) => value instanceof Uint8Array) ? 'BLOB' : 'VARCHAR';
}
