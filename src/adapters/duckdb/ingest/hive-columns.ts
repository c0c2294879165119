import type { RawColumn } from '../columns/infer-types.ts';
import type { TextType } from '../columns/text-column.ts';
import { literal, literalList } from '../sql.ts';

/** A Hive path key as a column: `sql` gives its text, by the reader's `filename` when files differ. */
export type HiveColumn = RawColumn & { readonly sql: string; readonly needsFilename: boolean };

const nullValue = '__HIVE_DEFAULT_PARTITION__';

/**
 * The columns of Hive path keys (`…/year=2001/month=1/…`). Whole numbers become BIGINT, ISO dates DATE, when all values
 * of a key are; anything else is text. `paths` are the original files, `readPaths` those that are read in their place.
 */
export function hiveColumns(
  keys: readonly string[],
  paths: readonly string[],
  readPaths: readonly string[] = paths,
): HiveColumn[] {
  return keys.map((key, index) => {
    const values = paths.map((path) => hiveValue(path, key));
    const known = values.filter((value) => value !== null);
    const first = values[0] ?? null;
    const isSame = values.every((value) => value === first);
    const byFile = `list_extract([${values.map(valueSql).join(', ')}], list_position(${literalList(readPaths)}, filename))`;
    return {
      name: key,
      raw: `h${index}`,
      fixed: typeOf(known),
      sql: isSame ? valueSql(first) : byFile,
      needsFilename: !isSame,
    };
  });
}

function valueSql(value: string | null): string {
  return value === null ? 'null::VARCHAR' : literal(value);
}

/** The value of a key in a path; null when it is missing or Hive's null. */
function hiveValue(path: string, key: string): string | null {
  for (const segment of path.split('/').toReversed()) {
    const at = segment.indexOf('=');
    if (at < 0 || decode(segment.slice(0, at)) !== key) continue;
    const value = decode(segment.slice(at + 1));
    return value === nullValue ? null : value;
  }
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A percent sign that stands for itself.
  }
}

function typeOf(values: readonly string[]): TextType {
  if (values.length > 0 && values.every((value) => /^-?\d{1,18}$/.test(value))) return { native: 'BIGINT' };
  if (values.length > 0 && values.every((value) => /^\d{4}-\d{2}-\d{2}$/.test(value)))
    return { native: 'DATE' };
  return { native: 'VARCHAR' };
}
