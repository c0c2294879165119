import { literal } from '../sql.ts';

/**
 * SQL that casts a text, as databases write it, to the type that the column is known to have; null when it does not fit.
 * Nothing is rounded, cut off or guessed: DuckDB's own casts take `1.5` for the integer 2 and drop the era of a date. A
 * text that DuckDB would write in just the same way fits for certain, which is cheap to see (measured: a fifth of the
 * time of reading); only others are looked at by their form.
 */
export function exactText(text: string, native: string): string {
  if (native === 'VARCHAR') return text;
  if (native === 'BLOB') return blob(text);
  if (native === 'BOOLEAN') {
    return `case when lower(${text}) in ('t', 'true', '1') then true when lower(${text}) in ('f', 'false', '0') then false end`;
  }
  const cast = `try_cast(${text} as ${native})`;
  if (native === 'DOUBLE' || native === 'FLOAT') {
    return `case when isinf(${cast}) and lower(${text}) not like '%inf%' then null else ${cast} end`;
  }
  if (native === 'JSON') return `case when json_valid(${text}) then ${text}::JSON end`;
  const forms = formsOf(native).map(
    ({ pattern, written }) =>
      `when regexp_full_match(${text}, ${literal(pattern)}) then try_cast(${written?.(text) ?? text} as ${native})`,
  );
  const same = `case when ${cast}::VARCHAR = ${text} then ${cast} ${forms.join(' ')}`;
  return forms.length === 0 ? cast : `${same} end`;
}

/** Hexadecimal digits, also behind `\x`, as PostgreSQL writes bytes. */
function blob(text: string): string {
  const digits = `case when starts_with(${text}, '\\x') then ${text}[3:] else ${text} end`;
  return `case when length(${text}) % 2 = 0 then try(unhex(${digits})) end`;
}

/** A form in which values of a type are written too, and SQL of what DuckDB reads in its place. */
type Form = { readonly pattern: string; readonly written?: (text: string) => string };

const day = '\\d{4,7}-\\d\\d-\\d\\d';
const clock = '\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6}0*)?';
const offset = '([+-]\\d\\d(:?\\d\\d(:?\\d\\d)?)?|Z)';
/** DuckDB writes the era behind the date, PostgreSQL behind the whole. */
const beforeChrist = (text: string): string =>
  String.raw`regexp_replace(${text}, '^([0-9-]+)(.*) BC$', '\1 (BC)\2')`;

function formsOf(native: string): readonly Form[] {
  const decimal = /^DECIMAL\(\d+,(\d+)\)$/.exec(native);
  if (decimal !== null) return [{ pattern: `[+-]?\\d*(\\.\\d{0,${decimal[1]}}0*)?` }];
  if (native.endsWith('INT') || native === 'INTEGER' || native === 'UINTEGER')
    return [{ pattern: '[+-]?\\d+' }];
  switch (native) {
    case 'DATE':
      return [{ pattern: `${day} BC`, written: beforeChrist }];
    case 'TIMESTAMP':
      return withEra(`${day}[T ]${clock}`);
    case 'TIMESTAMP WITH TIME ZONE':
      return withEra(`${day}[T ]${clock}${offset}`);
    case 'TIME':
      return [{ pattern: clock }];
    case 'UUID':
      return [{ pattern: '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}' }];
    default:
      return [];
  }
}

function withEra(pattern: string): readonly Form[] {
  return [{ pattern }, { pattern: `${pattern} BC`, written: beforeChrist }];
}
