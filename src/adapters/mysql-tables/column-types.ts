import type { FieldPacket } from 'mysql2';
import { type ColumnSchema, columnType } from '../../core/datasets/schema.ts';
import { identifier } from './sql.ts';

/** A column of a result: its type here, what is selected so that no digit of it is lost, and how its bytes are written. */
export type ServerColumn = {
  readonly schema: ColumnSchema;
  /** SQL of the value, over the column of the relation. */
  readonly value: string;
  readonly writing: Writing;
  /** Its text is not the value, or can not be compared with it. */
  readonly isOpaque: boolean;
  /** A type of texts or bytes of any length. */
  readonly isLong: boolean;
};

/** As they are; between quotes; as hexadecimal digits; with the offset of UTC behind them. */
export type Writing = 'plain' | 'text' | 'bytes' | 'utc';

/**
 * The column that a result's field makes. What the server says of a result is the same for tables, views and queries.
 * Source of the codes: the protocol's `enum_field_types` and field flags.
 */
export function serverColumn(field: FieldPacket): ServerColumn {
  const { native, writing, value = '$' } = typeOf(field);
  const column = identifier(field.name);
  return {
    schema: { name: field.name, type: columnType(native) },
    value: value.replace('$', () => column),
    writing,
    isOpaque:
      value !== '$' || native === 'BLOB' || field.extendedFormat === 'json' || field.columnType === jsonCode,
    isLong: longCodes.has(field.columnType ?? 0),
  };
}

/** DuckDB's name of a type; `value` is SQL of what is selected, `$` being the column. */
type Reading = { readonly native: string; readonly writing: Writing; readonly value?: string };

const unsignedFlag = 0x20;
const binaryCharset = 63;
const jsonCode = 0xf5;
/** Vectors, documents, texts and bytes of any length, shapes. */
const longCodes = new Set([0xf2, jsonCode, 0xf9, 0xfa, 0xfb, 0xfc, 0xff]);
const decimalDigitsMax = 38;
const text: Reading = { native: 'VARCHAR', writing: 'text' };
const bytes: Reading = { native: 'BLOB', writing: 'bytes' };

const integers: Readonly<Record<number, readonly [signed: string, unsigned: string]>> = {
  1: ['TINYINT', 'UTINYINT'],
  2: ['SMALLINT', 'USMALLINT'],
  3: ['INTEGER', 'UINTEGER'],
  8: ['BIGINT', 'UBIGINT'],
  9: ['INTEGER', 'UINTEGER'],
};

function typeOf(field: FieldPacket): Reading {
  const code = field.columnType ?? 0;
  const isUnsigned = typeof field.flags === 'number' && (field.flags & unsignedFlag) !== 0;
  const integer = integers[code]?.[isUnsigned ? 1 : 0];
  if (integer !== undefined) return { native: integer, writing: 'plain' };
  switch (code) {
    case 0x00:
    case 0xf6:
      return decimal(field, isUnsigned);
    case 0x04:
      // Printed by itself, it has six digits; as a double, all that it has.
      return { native: 'FLOAT', writing: 'plain', value: '($ + 0e0)' };
    case 0x05:
      return { native: 'DOUBLE', writing: 'plain' };
    case 0x0a:
    case 0x0e:
      return { native: 'DATE', writing: 'plain' };
    case 0x0c:
      return { native: 'TIMESTAMP', writing: 'plain' };
    case 0x07:
      return { native: 'TIMESTAMP WITH TIME ZONE', writing: 'utc' };
    case 0x0d:
      return { native: 'SMALLINT', writing: 'plain' };
    case 0x10:
      return { native: field.columnLength === 1 ? 'BOOLEAN' : 'UBIGINT', writing: 'plain', value: '($ + 0)' };
    case 0xf2:
    case 0xff:
      return bytes;
    // Times reach from -838 to 838 hours: lengths of time as often as times of a day.
    case 0x06:
    case 0x0b:
    case jsonCode:
      return text;
    default:
      if (field.extendedTypeName === 'uuid') return { native: 'UUID', writing: 'plain' };
      return field.characterSet === binaryCharset ? bytes : text;
  }
}

/** Its length is what it takes to print: digits, the point, a sign. */
function decimal({ columnLength = 0, decimals }: FieldPacket, isUnsigned: boolean): Reading {
  const digits = columnLength - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1);
  if (digits > decimalDigitsMax) return text;
  return { native: `DECIMAL(${Math.max(1, digits)},${decimals})`, writing: 'plain' };
}
