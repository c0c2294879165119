import type { ByteReader } from '../codec/byte-reader.ts';
import { readable } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';

/**
 * A sum that does not depend on the order of adding. Whole numbers and decimals: exact, in units of 10^−scale. Doubles:
 * an unevaluated pair high + low of about 32 digits (Dekker 1971, Knuth's TwoSum), NaN once it passed the largest double.
 */
export type Sum =
  | { readonly kind: 'exact'; readonly scale: number; readonly units: bigint }
  | { readonly kind: 'float'; readonly high: number; readonly low: number };

/** The sum of nothing. */
export const noSum: Sum = { kind: 'exact', scale: 0, units: 0n };

/** A sum of one double. */
export function floatSum(value: number): Sum {
  return settle(value, 0);
}

/** Both sums together; exact only when both are. */
export function addSums(a: Sum, b: Sum): Sum {
  if (a.kind === 'exact' && b.kind === 'exact') return addExact(a, b);
  const [x, y] = [asFloat(a), asFloat(b)];
  const { high, low } = twoSum(x.high, y.high);
  return settle(high, low + (x.low + y.low));
}

/** The sum of products value × count; values with a count of 0 do not matter. */
export function sumOfProducts(values: Float64Array, counts: Float64Array): Sum {
  let high = 0;
  let low = 0;
  counts.forEach((count, at) => {
    if (count === 0) return;
    const product = twoProduct(values[at] ?? 0, count);
    const sum = twoSum(high, product.high);
    high = sum.high;
    low += sum.low + product.low;
  });
  return settle(high, low);
}

/** The nearest double; undefined when the sum is beyond the doubles. */
export function sumNumber(sum: Sum): number | undefined {
  const value = sum.kind === 'exact' ? scaledNumber(sum.units, sum.scale) : sum.high + sum.low;
  return Number.isFinite(value) ? value : undefined;
}

/** The double nearest to units × 10^−scale, within one rounding of each of two steps. */
export function scaledNumber(units: bigint, scale: number): number {
  return scale === 0 ? Number(units) : Number(units) / 10 ** scale;
}

/** Writes a sum. */
export function writeSum(out: ByteWriter, sum: Sum): void {
  out.byte(sum.kind === 'exact' ? 0 : 1);
  if (sum.kind === 'exact') {
    out.unsigned(sum.scale);
    out.bigint(sum.units);
  } else {
    out.double(sum.high);
    out.double(sum.low);
  }
}

/** Reads what `writeSum` wrote. */
export function readSum(input: ByteReader): Sum {
  const kind = input.byte();
  readable(kind <= 1, 'a sum is of no known kind');
  if (kind === 1) return { kind: 'float', high: input.double(), low: input.double() };
  const scale = input.unsigned();
  readable(scale <= scaleMax, 'a scale is out of range');
  return { kind: 'exact', scale, units: input.bigint() };
}

/** DuckDB's decimals have at most 38 digits. */
export const scaleMax = 38;

function addExact(a: Extract<Sum, { kind: 'exact' }>, b: Extract<Sum, { kind: 'exact' }>): Sum {
  const scale = Math.max(a.scale, b.scale);
  const units = a.units * 10n ** BigInt(scale - a.scale) + b.units * 10n ** BigInt(scale - b.scale);
  return { kind: 'exact', scale, units };
}

function asFloat(sum: Sum): { readonly high: number; readonly low: number } {
  return sum.kind === 'float' ? sum : { high: scaledNumber(sum.units, sum.scale), low: 0 };
}

function settle(high: number, low: number): Sum {
  const sum = twoSum(high, low);
  if (Number.isFinite(sum.high) && Number.isFinite(sum.low)) return { kind: 'float', ...sum };
  return { kind: 'float', high: Number.NaN, low: 0 };
}

function twoSum(a: number, b: number): { readonly high: number; readonly low: number } {
  const high = a + b;
  const shadow = high - a;
  return { high, low: a - (high - shadow) + (b - shadow) };
}

/** Splits each factor into halves of 26 bits (Veltkamp), beyond 1e290 without the low part because it would overflow. */
function twoProduct(a: number, b: number): { readonly high: number; readonly low: number } {
  const high = a * b;
  if (!(Math.abs(a) < 1e290 && Math.abs(high) < 1e300)) return { high, low: 0 };
  const [a1, a2] = halves(a);
  const [b1, b2] = halves(b);
  return { high, low: a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 };
}

function halves(value: number): readonly [number, number] {
  const wide = value * 134_217_729;
  const high = wide - (wide - value);
  return [high, value - high];
}
