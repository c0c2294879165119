import type { VersionedCache } from '../measure/cache.ts';
import type { PartitionVectors } from '../measure/vector.ts';
import type { RowStream } from '../streams/stream.ts';
import type { StreamData } from './replay.ts';

/** The cached metrics of a stream. */
export function loadStream(cache: VersionedCache, { name, definition }: RowStream): StreamData {
  const partitions = cache.keys(name).map((key) => cache.read(name, key) as PartitionVectors);
  return { name, definition, partitions };
}
