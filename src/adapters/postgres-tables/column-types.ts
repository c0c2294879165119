import { columnType } from '../../core/datasets/schema.ts';
import type { TableColumn } from '../../ports/table-source.ts';

/** A column of a result as the server describes it. For a domain, this is the type below it. */
export type ResultField = {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
};

/** A column with what is selected for it, so that its text is read back as exactly the same value. */
export type ServerColumn = TableColumn & {
  readonly oid: number;
  /** `::text` where the server's output is not the value alone. */
  readonly cast: string;
};

/** The object ids of types, which are the same in all servers (pg_type.dat). */
const oid = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  xml: 142,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  uuid: 2950,
} as const;

const natives: ReadonlyMap<number, string> = new Map([
  [oid.bool, 'BOOLEAN'],
  [oid.bytea, 'BLOB'],
  [oid.int8, 'BIGINT'],
  [oid.int2, 'SMALLINT'],
  [oid.int4, 'INTEGER'],
  [oid.oid, 'UINTEGER'],
  [oid.float4, 'FLOAT'],
  [oid.float8, 'DOUBLE'],
  [oid.date, 'DATE'],
  [oid.time, 'TIME'],
  [oid.timestamp, 'TIMESTAMP'],
  [oid.timestamptz, 'TIMESTAMP WITH TIME ZONE'],
  [oid.uuid, 'UUID'],
]);

/** Documents and geometric types: point, lseg, path, box, polygon, line, circle. */
const opaque: ReadonlySet<number> = new Set([oid.json, oid.xml, 600, 601, 602, 603, 604, 628, 718]);

/** The column that a field of a result makes. Types without a counterpart are read as the text that the server writes. */
export function serverColumn({ name, dataTypeID, dataTypeModifier }: ResultField): ServerColumn {
  const native =
    dataTypeID === oid.numeric ? numeric(dataTypeModifier) : (natives.get(dataTypeID) ?? 'VARCHAR');
  return {
    name,
    type: columnType(native),
    oid: dataTypeID,
    // The blanks that fill up a character(n) are not part of its value.
    cast: dataTypeID === oid.bpchar ? '::text' : '',
    ...(opaque.has(dataTypeID) ? { isOpaque: true } : {}),
  };
}

const digitsMax = 38;
/** What the server adds to a type modifier. */
const modifierOffset = 4;

/**
 * The type of a `numeric(precision, scale)`: exact as a DECIMAL up to 38 digits. One without a declared precision may have
 * any number of digits, and its values are numbers that people want to measure: it is read as DOUBLE, of which 15 digits
 * are exact.
 */
function numeric(modifier: number): string {
  if (modifier < modifierOffset) return 'DOUBLE';
  const precision = ((modifier - modifierOffset) >> 16) & 0xffff;
  // Eleven bits with a sign: since PostgreSQL 15 a scale may be negative, or larger than the precision.
  const scale = (((modifier - modifierOffset) & 0x7ff) ^ 1024) - 1024;
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale);
  return digits > digitsMax ? 'DOUBLE' : `DECIMAL(${digits},${Math.max(0, scale)})`;
}

/** Whether values of a column are times of the calendar. */
export function isTime({ type: { kind } }: TableColumn): boolean {
  return kind === 'date' || kind === 'timestamp';
}

/** Whether sums of a column do not depend on the order of its values. */
export function isExactNumber({ oid: id }: ServerColumn): boolean {
  return id === oid.int2 || id === oid.int4 || id === oid.int8 || id === oid.numeric;
}

/** Whether equal values of a column may be written with more or fewer zeros. */
export function isUnboundedNumeric({ oid: id, type }: ServerColumn): boolean {
  return id === oid.numeric && type.native === 'DOUBLE';
}
