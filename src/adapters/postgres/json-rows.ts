import { type RawBuilder, sql } from 'kysely';
import { encodeJson, numberText } from './json.ts';

/** A value of a row that goes in by `json_to_recordset`. */
export type RowValue = string | number | null | { readonly [key: string]: unknown } | readonly unknown[];

/**
 * Rows for `json_to_recordset`: the cheapest way of many rows, one parameter whatever their number. The SQL names each
 * column with its type. Documents within become `json` or `jsonb` columns that `decodeJson` reads.
 */
export function jsonRows(rows: readonly { readonly [column: string]: RowValue }[]): RawBuilder<unknown> {
  return sql`${encodeJson(rows)}::json`;
}

/** A number as a row's value: what JSON lacks goes as text, which `double precision` reads likewise. */
export function rowNumber(value: number | undefined): number | string | null {
  if (value === undefined) return null;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : numberText(value);
}

/** Cuts a list into pieces of at most `size`, so that a statement's parameters stay small however long the list is. */
export function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
