import type { PartitionKey } from '../../base/ids.ts';
import type { ListedPartition } from '../../core/datasets/source.ts';

/** A partition that was read lately: how long that took, of how many bytes of the source where it says so. */
export type ReadPartition = { readonly tookMs: number; readonly bytes?: number };

/** How long reading will take, or why nobody can say. */
export type Estimate =
  | {
      readonly kind: 'estimated';
      readonly durationMs: number;
      readonly from: number;
      readonly by: 'bytes' | 'partitions';
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * How long it takes to read these partitions, so many at once, at the rate at which others were read: by their bytes where
 * the source tells those of all, else by their number. Reading alone: what is read is measured beside it, and judged at the
 * end.
 */
export function estimate(
  toRead: readonly Pick<ListedPartition, 'sizeBytes'>[],
  { read, atOnce }: { readonly read: readonly ReadPartition[]; readonly atOnce: number },
): Estimate {
  if (toRead.length === 0) return { kind: 'estimated', durationMs: 0, from: read.length, by: 'partitions' };
  if (read.length === 0) return { kind: 'unknown', reason: 'no partition of this dataset has been read yet' };
  if (atOnce === 0) return { kind: 'unknown', reason: 'the source is left alone at the moment' };
  const parallel = Math.min(atOnce, toRead.length);
  const bytes = totalOf(toRead.map((each) => each.sizeBytes));
  // The source may have some no more that were read, and tells no size of them.
  const sized = read.filter((each) => each.bytes !== undefined);
  const readBytes = sum(sized.map((each) => each.bytes ?? 0));
  const isByBytes = bytes !== undefined && readBytes > 0;
  const from = isByBytes ? sized : read;
  const tookMs = sum(from.map((each) => each.tookMs));
  const workMs = tookMs * (isByBytes ? bytes / readBytes : toRead.length / read.length);
  return {
    kind: 'estimated',
    durationMs: Math.round(workMs / parallel),
    from: from.length,
    by: isByBytes ? 'bytes' : 'partitions',
  };
}

/** Bytes or rows of partitions, as far as they are known. */
export type Known = { readonly total: number; readonly ofPartitions: number };

/** The sum of those that are known; undefined when none is. */
export function knownSum(values: readonly (number | undefined)[]): Known | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : { total: sum(known), ofPartitions: known.length };
}

/** Sizes as the source tells them, by partition. */
export function sizesOf(listed: readonly ListedPartition[]): ReadonlyMap<PartitionKey, number> {
  return new Map(
    listed.flatMap(({ key, sizeBytes }) => (sizeBytes === undefined ? [] : [[key, sizeBytes] as const])),
  );
}

function totalOf(values: readonly (number | undefined)[]): number | undefined {
  const known = knownSum(values);
  return known?.ofPartitions === values.length ? known.total : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}
