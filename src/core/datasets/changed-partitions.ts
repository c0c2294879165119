import type { PartitionKey } from '../../base/ids.ts';
import { inFrame } from './partition-key.ts';
import type { ListedPartition } from './source.ts';

export type ChangeRequest = {
  /** The fingerprint of each partition's newest revision. */
  readonly fingerprints: ReadonlyMap<PartitionKey, string>;
  /** A frame of keys, both ends inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only these. */
  readonly only?: readonly PartitionKey[] | undefined;
  /** Unchanged ones too. */
  readonly force?: boolean | undefined;
};

/** Which of the listed partitions are to be ingested, in the order of the list, and how many are left as they are. */
export function changedPartitions(
  listed: readonly ListedPartition[],
  request: ChangeRequest,
): { readonly changed: readonly ListedPartition[]; readonly unchanged: number } {
  const only = request.only === undefined ? undefined : new Set(request.only);
  const asked = listed.filter(
    (partition) =>
      (only === undefined || only.has(partition.key)) && inFrame(partition.key, request.from, request.to),
  );
  const changed = asked.filter(
    (partition) =>
      request.force === true || request.fingerprints.get(partition.key) !== partition.fingerprint,
  );
  return { changed, unchanged: asked.length - changed.length };
}
