import { hashBits } from './hash.ts';

/**
 * HyperLogLog with 4,096 registers (precision 12): the number of distinct values from 48-bit hashes with a standard
 * error of 1.04/√4096 = 1.6 %. The low 12 bits choose the register; the register keeps the largest rank of the other
 * 36 bits, the rank being one more than the number of leading zeros (37 when all are zero).
 * Source: Flajolet et al. 2007; the estimator is Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches" (2017), section 4, which needs no bias tables and holds from 0 to far beyond 2^32.
 */
export const registerCount = 4_096;

/** Bits of a hash beside those that choose the register. */
export const rankBits = hashBits - 12;

/** The largest rank. */
export const rankMax = rankBits + 1;

/** Four standard errors of 1.04/√4096: one estimate in 16,000 lies outside. */
export const distinctRelativeError = 0.065;

/** The rank of the 36 bits above the register's number. */
export function rank(bits: number): number {
  const high = Math.floor(bits / 2 ** 32);
  return (high === 0 ? rankBits - 32 + Math.clz32(bits % 2 ** 32) : Math.clz32(high) - (64 - rankBits)) + 1;
}

/** Registers of a set of hashes. */
export function registersOf(hashes: Float64Array): Uint8Array {
  const registers = new Uint8Array(registerCount);
  for (const hash of hashes) {
    const bits = Math.floor(hash / registerCount);
    const register = hash % registerCount;
    registers[register] = Math.max(registers[register] ?? 0, rank(bits));
  }
  return registers;
}

/** Registers of the union of both sets. */
export function mergeRegisters(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((value, at) => Math.max(value, b[at] ?? 0));
}

/** The estimated number of distinct values, rounded. */
export function estimateDistinct(registers: Uint8Array): number {
  const histogram = new Float64Array(rankMax + 1);
  for (const value of registers) histogram[value] = (histogram[value] ?? 0) + 1;
  let z = registerCount * tau(1 - (histogram[rankMax] ?? 0) / registerCount);
  for (let value = rankMax - 1; value >= 1; value--) z = 0.5 * (z + (histogram[value] ?? 0));
  z += registerCount * sigma((histogram[0] ?? 0) / registerCount);
  return Math.round(registerCount ** 2 / (2 * Math.LN2 * z));
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let power = x;
  let factor = 1;
  let sum = x;
  for (let previous = -1; sum !== previous; ) {
    power *= power;
    previous = sum;
    sum += power * factor;
    factor += factor;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let factor = 1;
  let sum = 1 - x;
  for (let previous = -1; sum !== previous; ) {
    root = Math.sqrt(root);
    previous = sum;
    factor *= 0.5;
    sum -= (1 - root) ** 2 * factor;
  }
  return sum / 3;
}
