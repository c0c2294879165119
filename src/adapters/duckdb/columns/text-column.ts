import type { ColumnSchema } from '../../../core/datasets/schema.ts';
import { literal } from '../sql.ts';
import { exactText } from './exact-text.ts';

/** A column of a text format: its text is read as `raw` and cast to `type`. */
export type TextColumn = {
  readonly name: string;
  /** Its column in the raw relation. */
  readonly raw: string;
  readonly type: TextType;
  /** Whether the reader must hand it on as text, because its own cast would be inexact or too strict. */
  readonly asText: boolean;
};

/**
 * A DuckDB type, for dates with their format. `isKnown`: it is the type that the column has where its rows come from, so
 * that an empty text is a text that is there.
 */
export type TextType = { readonly native: string; readonly format?: string; readonly isKnown?: true };

export const textType: TextType = { native: 'VARCHAR' };

const integers = new Set(
  'TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT'.split(' '),
);
const others = new Set(
  'DOUBLE,FLOAT,BOOLEAN,DATE,TIME,VARCHAR,JSON,TIMESTAMP,TIMESTAMP WITH TIME ZONE'.split(','),
);

/** Whether texts can be cast to a type, so that an earlier schema can hold on to it. */
function isTextType(native: string): boolean {
  return integers.has(native) || others.has(native) || native.startsWith('DECIMAL(');
}

/**
 * SQL that casts a text to a type; null when it does not fit. Unlike DuckDB's casts it loses nothing: `1.5` is no
 * integer, a time is not cut off a date, an offset is not dropped from a timestamp.
 */
export function castText(text: string, type: TextType): string {
  const { native } = type;
  if (native === 'VARCHAR') return text;
  if (type.isKnown) return exactText(text, native);
  const x = `nullif(${text}, '')`;
  if (native === 'JSON') return `case when json_valid(${x}) then ${x}::JSON else to_json(${x}) end`;
  if (native === 'BOOLEAN') return `case lower(${x}) when 'true' then true when 'false' then false end`;
  if (integers.has(native) || native.startsWith('DECIMAL(')) {
    return `case when try_cast(${x} as double) = try_cast(${x} as ${native})::double then try_cast(${x} as ${native}) end`;
  }
  if (native === 'DATE') return `try_strptime(${x}, ${literal(type.format ?? isoDate)})::DATE`;
  if (native === 'TIMESTAMP') {
    const stamp = `try_cast(${x} as timestamp)`;
    return `case when ${stamp} = try_cast(${x} as timestamptz)::timestamp then ${stamp} end`;
  }
  return `try_cast(${x} as ${native})`;
}

/** SQL of a text as a value of a type is read from it: of most, an empty text is null. */
export function presentText(text: string, type: TextType): string {
  return type.isKnown ? text : `nullif(${text}, '')`;
}

/** The format that dates have unless said otherwise. */
export const isoDate = '%Y-%m-%d';

/** The type that the reader gives a column, and SQL that makes the final value of it or raises an error. */
export function readAs(column: TextColumn): { readonly type: string; readonly value: string } {
  const { native } = column.type;
  const { raw } = column;
  if (native === 'VARCHAR') return { type: 'VARCHAR', value: raw };
  if (!column.asText && native === 'BIGINT') return { type: 'DOUBLE', value: wholeNumber(raw) };
  if (!column.asText && readDirectly.has(native)) return { type: native, value: raw };
  const misfit = `error(${literal(misfitMark)} || ${raw})`;
  if (column.type.isKnown) return { type: 'VARCHAR', value: exactText(raw, native, misfit) };
  return {
    type: 'VARCHAR',
    value: `case when nullif(${raw}, '') is not null then coalesce(${castText(raw, column.type)}, ${misfit}) end`,
  };
}

/** Types whose own cast in the reader is exact. */
const readDirectly = new Set(['DOUBLE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIME']);

/** Starts the message of the error that stops a reading whose types do not fit. */
export const misfitMark = 'assay misfit: ';

/** Beyond this, `wholeNumber` takes no number: not every integer is a double there. */
export const wholeDoubleMax = 2 ** 52;

/**
 * DuckDB reads `1.5` into a BIGINT as 2; as a double, what is not whole or not exact shows. Scaled by 2^11, which changes
 * no digit of a double, an integer beyond 2^52 raises an error by itself: a second comparison would cost more than both.
 */
function wholeNumber(raw: string): string {
  const isWhole = `(${raw}::BIGINT * 2048)::DOUBLE = ${raw} * 2048`;
  return `case when ${isWhole} then ${raw}::BIGINT when ${raw} is not null then error(${literal(misfitMark)} || ${raw}) end`;
}

/** The schema's entry of a column of an earlier revision that its text can still be cast to. */
export function previousType(column: ColumnSchema | undefined): TextType | undefined {
  if (column === undefined || !isTextType(column.type.native)) return undefined;
  return { native: column.type.native };
}
