import { type RawBuilder, sql } from 'kysely';
import { encodeJson } from './json.ts';

/** Whether a column of names is one of these, in one parameter however many there are. */
export function isAmong(column: string, names: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} in (
    select value collate "C" from json_array_elements_text(${encodeJson(names)}::json) as asked(value))`;
}
