import { join } from 'node:path';
import type { RowStream } from '../streams/stream.ts';
import { runInProcesses } from '../support/process-pool.ts';
import { startProgress } from '../support/progress.ts';
import type { Assignment } from './assignment.ts';
import { VersionedCache } from './cache.ts';
import { lookBack } from './clean-partition.ts';
import { StreamTables } from './stream-tables.ts';
import { profilesVersion, vectorsVersion } from './versions.ts';

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
  const measured = new VersionedCache(profiles.folder, profiles.version);
  const [measuring, evaluating]: [Assignment[], Assignment[]] = [[], []];
  for (const stream of streams) {
    const { keys } = await StreamTables.open(stream, of.data);
    for (const [place, key] of keys.entries()) {
      const before = keys.slice(Math.max(0, place - lookBack), place);
      const common = { stream: stream.name, key, before, place, dataDirectory: of.data, profiles, vectors };
      if (!measured.has(stream.name, key)) measuring.push({ step: 'measure', ...common });
      if (!cache.has(stream.name, key)) evaluating.push({ step: 'evaluate', ...common });
    }
  }
  await allDone('measuring partitions', measuring, of.workers);
  await allDone('computing metrics', evaluating, of.workers);
  measured.removeOthers();
  cache.removeOthers();
  return cache;
}

async function allDone(label: string, assignments: readonly Assignment[], workers: number): Promise<void> {
  const progress = startProgress(label, assignments.length);
  const file = join(import.meta.dirname, 'worker-main.ts');
  const onDone = ({ stream }: Assignment): void => progress.done(stream);
  await runInProcesses({ file, tasks: assignments, workers, onDone });
  progress.end();
}
