import type { VersionedCache } from '../measure/cache.ts';
import type { PartitionVectors } from '../measure/vector.ts';
import type { RowStream } from '../streams/stream.ts';
import type { StreamData } from './replay.ts';

/** The cached metrics of a stream, with the errors of each `sample`th of the partitions that have any. */
export function loadStream(
  cache: VersionedCache,
  { name, definition }: RowStream,
  sample: number,
): StreamData {
  const partitions = cache.keys(name).map((key) => cache.read(name, key) as PartitionVectors);
  return { name, definition, partitions: sampled(partitions, sample) };
}

function sampled(partitions: readonly PartitionVectors[], sample: number): readonly PartitionVectors[] {
  if (sample === 1) return partitions;
  const begins = [...new Set(partitions.flatMap(({ tests }) => tests.flatMap(({ began }) => began ?? [])))];
  const keptBegins = new Set(begins.filter((_, nth) => nth % sample === 0));
  let tested = -1;
  return partitions.map((partition) => {
    const isTested = partition.tests.some(({ began }) => began === undefined);
    if (isTested) tested += 1;
    const isKept = tested % sample === 0;
    const tests = partition.tests.filter(({ began }) =>
      began === undefined ? isKept : keptBegins.has(began),
    );
    return { ...partition, tests };
  });
}
