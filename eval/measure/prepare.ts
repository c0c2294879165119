import { join } from 'node:path';
import type { RowStream } from '../streams/stream.ts';
import { startProgress } from '../support/progress.ts';
import { VersionedCache } from './cache.ts';
import { measureAll } from './measure-all.ts';
import { StreamTables } from './stream-tables.ts';
import { profilesVersion, vectorsVersion } from './versions.ts';
import type { Assignment } from './worker-protocol.ts';

/** Measures what no cache has yet of the code's present version. Returns the cache of the metrics. */
export async function prepare(
  streams: readonly RowStream[],
  of: { readonly data: string; readonly out: string; readonly fresh: boolean; readonly workers: number },
): Promise<VersionedCache> {
  const profiles = { folder: join(of.out, 'cache'), version: profilesVersion(of.data) };
  const vectors = { folder: join(of.out, 'vectors'), version: vectorsVersion(of.data) };
  const cache = new VersionedCache(vectors.folder, vectors.version);
  if (of.fresh) {
    new VersionedCache(profiles.folder, profiles.version).clear();
    cache.clear();
  }
  const assignments: Assignment[] = [];
  for (const stream of streams) {
    const { keys } = await StreamTables.open(stream, of.data);
    for (const [place, key] of keys.entries()) {
      if (cache.has(stream.name, key)) continue;
      assignments.push({ stream: stream.name, place, key, dataDirectory: of.data, profiles, vectors });
    }
  }
  const progress = startProgress('measuring partitions', assignments.length);
  await measureAll(assignments, { workers: of.workers, onDone: ({ stream }) => progress.done(stream) });
  progress.end();
  new VersionedCache(profiles.folder, profiles.version).removeOthers();
  cache.removeOthers();
  return cache;
}
