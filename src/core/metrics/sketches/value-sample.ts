import { limits } from '../../../base/limits.ts';
import type { ByteReader } from '../codec/byte-reader.ts';
import { readable } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import { readSortedNumbers, writeSortedNumbers } from '../codec/sorted-numbers.ts';
import { hashBits, hashLimit } from './hash.ts';

/**
 * The values whose hash lies below 2^(48 − `level`), with the rows of each, ascending by hash. The level is the least at
 * which no more than `limits.sampledValuesMax` are left: it follows from the set of values alone, so that merging gives the
 * same whatever the order. At level 0 all values are there.
 * Source: Gibbons, “Distinct sampling for highly-accurate answers to distinct values queries” (VLDB 2001).
 */
export type ValueSample = {
  readonly level: number;
  readonly hashes: Float64Array;
  readonly counts: Float64Array;
};

/** No values. */
export const noValues: ValueSample = { level: 0, hashes: new Float64Array(0), counts: new Float64Array(0) };

/** Below it lie the hashes that a level keeps. */
export function levelLimit(level: number): number {
  return hashLimit / 2 ** level;
}

/** The sample of values in any order, of which those of this level are complete; at most `max` of them. */
export function sampleValues(
  hashes: Float64Array,
  counts: Float64Array,
  level = 0,
  max: number = limits.sampledValuesMax,
): ValueSample {
  const settled = settleLevel(hashes, level, max);
  const limit = levelLimit(settled);
  const order: number[] = [];
  for (let at = 0; at < hashes.length; at++) if ((hashes[at] ?? 0) < limit) order.push(at);
  order.sort((a, b) => (hashes[a] ?? 0) - (hashes[b] ?? 0));
  const kept = new Float64Array(order.length);
  const rows = new Float64Array(order.length);
  let length = 0;
  for (const at of order) {
    const hash = hashes[at] ?? 0;
    if (length === 0 || kept[length - 1] !== hash) kept[length++] = hash;
    rows[length - 1] = (rows[length - 1] ?? 0) + (counts[at] ?? 0);
  }
  return { level: settled, hashes: kept.slice(0, length), counts: rows.slice(0, length) };
}

/** The least level from `level` on that keeps at most `max` hashes. */
function settleLevel(hashes: Float64Array, level: number, max: number): number {
  let settled = level;
  let left = hashes.filter((hash) => hash < levelLimit(settled));
  while (left.length > max) {
    settled++;
    const limit = levelLimit(settled);
    left = left.filter((hash) => hash < limit);
  }
  return settled;
}

/** The sample of both sets of rows. */
export function mergeSamples(a: ValueSample, b: ValueSample): ValueSample {
  const totals = new Map<number, number>();
  for (const { hashes, counts } of [a, b]) {
    hashes.forEach((hash, at) => totals.set(hash, (totals.get(hash) ?? 0) + (counts[at] ?? 0)));
  }
  const [hashes, counts] = [Float64Array.from(totals.keys()), Float64Array.from(totals.values())];
  return sampleValues(hashes, counts, Math.max(a.level, b.level));
}

/** Writes the sample; counts of 1, which most are, take a byte. */
export function writeSample(out: ByteWriter, { level, hashes, counts }: ValueSample): void {
  out.byte(level);
  writeSortedNumbers(out, hashes, hashBits - level);
  for (const count of counts) out.unsigned(count - 1);
}

/** Reads what `writeSample` wrote. */
export function readSample(input: ByteReader): ValueSample {
  const level = input.byte();
  readable(level < hashBits, 'a level is out of range');
  const hashes = readSortedNumbers(input, hashBits - level, limits.sampledValuesMax);
  const counts = hashes.map(() => input.unsigned() + 1);
  return { level, hashes, counts };
}
