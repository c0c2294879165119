import type { ByteReader } from '../codec/byte-reader.ts';
import { readable } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';

/** Rows counted by bucket: ascending whole bucket numbers, and a count of at least 1 for each. */
export type Buckets = { readonly indices: Float64Array; readonly counts: Float64Array };

/** No rows. */
export const noBuckets: Buckets = { indices: new Float64Array(0), counts: new Float64Array(0) };

/** Buckets from pairs in any order; pairs of the same bucket add up. Pairs whose index is NaN are left out. */
export function collectBuckets(indices: Float64Array, counts: Float64Array): Buckets {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] ?? Number.NaN;
    if (index < first) first = index;
    if (index > last) last = index;
  }
  if (first > last) return noBuckets;
  if (last - first < denseMax) return collectDense(indices, counts, { first, length: last - first + 1 });
  return collectSparse(indices, counts);
}

/** Up to here an array with a place for every bucket is quicker than a map: that of log buckets fits. */
const denseMax = 131_072;

function collectDense(
  indices: Float64Array,
  counts: Float64Array,
  { first, length }: { readonly first: number; readonly length: number },
): Buckets {
  const totals = new Float64Array(length);
  for (let at = 0; at < indices.length; at++) {
    const place = (indices[at] ?? Number.NaN) - first;
    if (place >= 0) totals[place] = (totals[place] ?? 0) + (counts[at] ?? 0);
  }
  const used = totals.map((total, at) => (total > 0 ? at + first : Number.NaN));
  return {
    indices: used.filter((index) => !Number.isNaN(index)),
    counts: totals.filter((total) => total > 0),
  };
}

function collectSparse(indices: Float64Array, counts: Float64Array): Buckets {
  const totals = new Map<number, number>();
  indices.forEach((index, at) => {
    if (!Number.isNaN(index)) totals.set(index, (totals.get(index) ?? 0) + (counts[at] ?? 0));
  });
  const sorted = Float64Array.from(totals.keys()).sort();
  return { indices: sorted, counts: sorted.map((index) => totals.get(index) ?? 0) };
}

/** Both sets of rows together. */
export function mergeBuckets(a: Buckets, b: Buckets): Buckets {
  if (a.indices.length === 0) return b;
  if (b.indices.length === 0) return a;
  const indices = new Float64Array(a.indices.length + b.indices.length);
  const counts = new Float64Array(indices.length);
  let [left, right, length] = [0, 0, 0];
  while (left < a.indices.length || right < b.indices.length) {
    const x = a.indices[left] ?? Number.POSITIVE_INFINITY;
    const y = b.indices[right] ?? Number.POSITIVE_INFINITY;
    const index = Math.min(x, y);
    let count = 0;
    if (x === index) count += a.counts[left++] ?? 0;
    if (y === index) count += b.counts[right++] ?? 0;
    indices[length] = index;
    counts[length++] = count;
  }
  return { indices: indices.slice(0, length), counts: counts.slice(0, length) };
}

/** Buckets of twice the width: bucket `i` goes into the one that `target` names, which must not decrease. */
export function coarsenBuckets(buckets: Buckets, target: (index: number) => number): Buckets {
  const indices = new Float64Array(buckets.indices.length);
  const counts = new Float64Array(buckets.indices.length);
  let length = 0;
  for (let at = 0; at < buckets.indices.length; at++) {
    const index = target(buckets.indices[at] ?? 0);
    if (length === 0 || indices[length - 1] !== index) indices[length++] = index;
    counts[length - 1] = (counts[length - 1] ?? 0) + (buckets.counts[at] ?? 0);
  }
  return { indices: indices.slice(0, length), counts: counts.slice(0, length) };
}

/** The number of rows. */
export function bucketTotal(buckets: Buckets): number {
  let total = 0;
  for (const count of buckets.counts) total += count;
  return total;
}

/** Writes the buckets as gaps and counts. */
export function writeBuckets(out: ByteWriter, buckets: Buckets): void {
  out.unsigned(buckets.indices.length);
  let previous = 0;
  buckets.indices.forEach((index, at) => {
    if (at === 0) out.signed(index);
    else out.unsigned(index - previous - 1);
    out.unsigned((buckets.counts[at] ?? 0) - 1);
    previous = index;
  });
}

/** Reads what `writeBuckets` wrote, at most `countMax` buckets. */
export function readBuckets(input: ByteReader, countMax: number): Buckets {
  const count = input.count(2);
  readable(count <= countMax, 'there are more buckets than allowed');
  const indices = new Float64Array(count);
  const counts = new Float64Array(count);
  let previous = 0;
  for (let at = 0; at < count; at++) {
    previous = at === 0 ? input.signed() : previous + input.unsigned() + 1;
    readable(Number.isSafeInteger(previous), 'a bucket is out of range');
    indices[at] = previous;
    counts[at] = input.unsigned() + 1;
  }
  return { indices, counts };
}

/** The number of the bucket in which the row of this rank (from 0) lies, counted from the lowest; undefined beyond the last. */
export function bucketAtRank(buckets: Buckets, rank: number): number | undefined {
  let seen = 0;
  for (let at = 0; at < buckets.indices.length; at++) {
    seen += buckets.counts[at] ?? 0;
    if (seen > rank) return buckets.indices[at];
  }
  return undefined;
}
