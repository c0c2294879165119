import { decodeText, encodeText, marker } from './safe-text.ts';

/**
 * JSON text of plain data that PostgreSQL's `jsonb` accepts and `decodeJson` turns back into the same data: `NaN`,
 * infinities and -0, which JSON lacks, and strings that no text of PostgreSQL can hold (`encodeText`) survive.
 */
export function encodeJson(value: unknown): string {
  return JSON.stringify(isPlain(value) ? value : encoded(value)) ?? 'null';
}

/** The data that `encodeJson` was given. The caller names the type that was stored. */
export function decodeJson<T>(text: string): T {
  const value: unknown = JSON.parse(text);
  return (text.includes('\\u001b') ? decoded(value) : value) as T;
}

/** Whether nothing in it needs to be encoded, which is nearly always so: then nothing is copied. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return encodeText(value) === value;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  const record = value as Readonly<Record<string, unknown>>;
  return Object.keys(record).every((key) => encodeText(key) === key && isPlain(record[key]));
}

/** Numbers that JSON lacks are strings that start thus. No encoded string does, since the marker itself is escaped. */
const numberMarker = `${marker}n`;

function encoded(value: unknown): unknown {
  if (typeof value === 'string') return encodeText(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0) ? value : numberMarker + numberText(value);
  }
  return mapped(value, encoded, encodeText);
}

function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return mapped(value, decoded, decodeText);
  return value.startsWith(numberMarker) ? Number(value.slice(numberMarker.length)) : decodeText(value);
}

/** A number as text that PostgreSQL's `double precision` and `Number` read alike. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Arrays and objects with each value and key mapped; the same ones when nothing changes, which is nearly always. */
function mapped(
  value: unknown,
  onValue: (value: unknown) => unknown,
  onKey: (key: string) => string,
): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(onValue);
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  let isChanged = false;
  const entries = Object.entries(value).map(([key, item]) => {
    const entry = [onKey(key), onValue(item)] as const;
    isChanged ||= entry[0] !== key || entry[1] !== item;
    return entry;
  });
  return isChanged ? Object.fromEntries(entries) : value;
}
