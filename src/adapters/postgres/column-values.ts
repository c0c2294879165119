/**
 * How values of PostgreSQL reach the stores, whatever driver brings them, by the type's OID: `bigint` and `double
 * precision` as numbers (all of ours are below 2^53; those that are not are read `::text`), `bytea` as bytes, `json` and
 * `jsonb` as their text, for `decodeJson`. Text and boolean are what one expects.
 */
export const columnParsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  17: bytesOf,
  20: Number,
  21: Number,
  23: Number,
  114: (text) => text,
  700: Number,
  701: Number,
  1700: Number,
  3802: (text) => text,
};

/** Bytes in memory of their own, because a view of a shared pool would drag the pool along to the other thread. */
function bytesOf(hexadecimal: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow((hexadecimal.length - 2) / 2);
  bytes.write(hexadecimal.slice(2), 'hex');
  return bytes;
}
