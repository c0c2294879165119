import { literal } from '../sql.ts';

/**
 * SQL that casts a text, as databases write it, to the type that the column is known to have. A text that does not fit
 * becomes `otherwise`, by default null. Nothing is rounded, cut off or guessed: DuckDB's own casts take `1.5` for the
 * integer 2 and drop the era of a date. A text that DuckDB would write in just the same way fits for certain, which is
 * cheap to see; only others are looked at by their form.
 */
export function exactText(text: string, native: string, otherwise?: string): string {
  if (native === 'VARCHAR') return text;
  const misfit = otherwise === undefined ? 'null' : `case when ${text} is not null then ${otherwise} end`;
  const last = otherwise === undefined ? 'end' : `when ${text} is not null then ${otherwise} end`;
  const cast = `try_cast(${text} as ${native})`;
  switch (native) {
    case 'BLOB':
      return `coalesce(${bytes(text)}, ${misfit})`;
    case 'BOOLEAN':
      return `case when lower(${text}) in ('t', 'true', '1') then true when lower(${text}) in ('f', 'false', '0') then false ${last}`;
    case 'JSON':
      return `case when json_valid(${text}) then ${text}::JSON ${last}`;
    case 'DOUBLE':
    case 'FLOAT':
      return `case when isinf(${cast}) and lower(${text}) not like '%inf%' then ${misfit} else coalesce(${cast}, ${misfit}) end`;
    case 'TIMESTAMP WITH TIME ZONE':
      return `case when ${isShortUtc(text)} then coalesce(${cast}, ${misfit}) ${formsSql(text, native)} ${last}`;
  }
  const forms = formsSql(text, native);
  return forms === ''
    ? `coalesce(${cast}, ${misfit})`
    : `case when ${cast}::VARCHAR = ${text} then ${cast} ${forms} ${last}`;
}

/** Hexadecimal digits, also behind `\x`, as PostgreSQL writes bytes. */
function bytes(text: string): string {
  const digits = `case when starts_with(${text}, '\\x') then ${text}[3:] else ${text} end`;
  return `case when length(${text}) % 2 = 0 then try(unhex(${digits})) end`;
}

/** Whether a time ends with `+00` after at most six digits of a fraction: DuckDB drops further ones. */
function isShortUtc(text: string): string {
  return `ends_with(${text}, '+00') and (strpos(${text}, '.') = 0 or length(${text}) - strpos(${text}, '.') <= 9)`;
}

/** A form in which values of a type are written too, and SQL of what DuckDB reads in its place. */
type Form = { readonly pattern: string; readonly written?: (text: string) => string };

function formsSql(text: string, native: string): string {
  return formsOf(native)
    .map(
      ({ pattern, written }) =>
        `when regexp_full_match(${text}, ${literal(pattern)}) and try_cast(${written?.(text) ?? text} as ${native}) is not null then try_cast(${written?.(text) ?? text} as ${native})`,
    )
    .join(' ');
}

const day = '\\d{4,7}-\\d\\d-\\d\\d';
const clock = '\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6}0*)?';
const offset = '([+-]\\d\\d(:?\\d\\d(:?\\d\\d)?)?|Z)';
/** DuckDB writes the era behind the date, PostgreSQL behind the whole. */
const beforeChrist = (text: string): string =>
  String.raw`regexp_replace(${text}, '^([0-9-]+)(.*) BC$', '\1 (BC)\2')`;

function formsOf(native: string): readonly Form[] {
  const decimal = /^DECIMAL\(\d+,(\d+)\)$/.exec(native);
  if (decimal !== null) return [{ pattern: `[+-]?\\d*(\\.\\d{0,${decimal[1]}}0*)?` }];
  if (native.endsWith('INT') || native === 'INTEGER' || native === 'UINTEGER') {
    return [{ pattern: '[+-]?\\d+' }];
  }
  switch (native) {
    case 'DATE':
      return [{ pattern: `${day} BC`, written: beforeChrist }];
    case 'TIMESTAMP':
      return withEra(`${day}[T ]${clock}`);
    case 'TIMESTAMP WITH TIME ZONE':
      return [...withEra(`${day}[T ]${clock}${offset}`), { pattern: '-?infinity' }];
    case 'TIME':
      return [{ pattern: clock }];
    default:
      return [];
  }
}

function withEra(pattern: string): readonly Form[] {
  return [{ pattern }, { pattern: `${pattern} BC`, written: beforeChrist }];
}
