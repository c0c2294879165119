import { rowStreams } from '../streams/all.ts';
import { VersionedCache } from './cache.ts';
import type { MeasuredPartition } from './measured.ts';
import { StreamTables } from './stream-tables.ts';
import { vectorsOf } from './vectors-of.ts';
import type { Assignment, WorkerReport } from './worker-protocol.ts';

/** Measures one partition after the other, as the process that started it asks. */
const open = new Map<string, StreamTables>();

process.on('disconnect', () => process.exit(0));
process.on('message', (message: Assignment) => {
  work(message).then(
    () => report({ kind: 'done' }),
    (error: unknown) =>
      report({ kind: 'failed', message: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});
report({ kind: 'ready' });

async function work({
  stream: name,
  place,
  key,
  dataDirectory,
  profiles,
  vectors,
}: Assignment): Promise<void> {
  const stream = rowStreams.find((one) => one.name === name);
  if (stream === undefined) throw new Error(`there is no stream ${name}`);
  const cache = new VersionedCache(profiles.folder, profiles.version);
  if (!cache.has(name, key)) {
    const tables = open.get(name) ?? (await StreamTables.open(stream, dataDirectory));
    open.set(name, tables);
    cache.write(name, key, await tables.measure(place));
  }
  const measured = cache.read(name, key) as MeasuredPartition;
  new VersionedCache(vectors.folder, vectors.version).write(
    name,
    key,
    vectorsOf(stream.definition, measured),
  );
}

function report(message: WorkerReport): void {
  process.send?.(message);
}
