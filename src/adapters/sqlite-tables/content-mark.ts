import { hash } from 'node:crypto';
import type { StoredValue } from './protocol.ts';

/** The name of the aggregate in statements. */
export const contentMark = 'assay_content_mark';

const modulus = 2n ** 128n;

/** The sum of the hashes of rows, in whatever order they come: another set of rows has another one. */
export const contentMarkAggregate = {
  start: 0n,
  varargs: true,
  useBigIntArguments: true,
  step: (sum: bigint, ...row: StoredValue[]): bigint => {
    const text = row.map(valueText).join(',');
    return (sum + BigInt(`0x${hash('md5', text)}`)) % modulus;
  },
  result: (sum: bigint): string => sum.toString(16),
} as const;

/** A value with its type and its length: nothing else has the same text. */
function valueText(value: StoredValue): string {
  if (value === null) return 'n';
  if (typeof value !== 'object') return `${typeof value}:${String(value).length}:${value}`;
  return `bytes:${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}`;
}
