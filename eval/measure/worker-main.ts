import { rowStreams } from '../streams/all.ts';
import type { RowStream } from '../streams/stream.ts';
import { serveTasks } from '../support/process-pool.ts';
import type { Assignment } from './assignment.ts';
import { VersionedCache } from './cache.ts';
import { type CleanPartition, cleanPartition, lookBack } from './clean-partition.ts';
import type { MeasuredPartition } from './measured.ts';
import { StreamTables } from './stream-tables.ts';
import { vectorsOf } from './vectors-of.ts';

/** Measures one partition after the other, as the process that started it asks. */
const open = new Map<string, StreamTables>();
/** Clean partitions: the next one is judged by nearly the same ones. */
const recent = new Map<string, CleanPartition>();
const recentMax = 2 * lookBack;

serveTasks(work);

async function work(assignment: Assignment): Promise<void> {
  const { step, key, place, dataDirectory } = assignment;
  const stream = rowStreams.find(({ name }) => name === assignment.stream);
  if (stream === undefined) throw new Error(`there is no stream ${assignment.stream}`);
  const { name, definition } = stream;
  const profiles = new VersionedCache(assignment.profiles.folder, assignment.profiles.version);
  if (step === 'measure') {
    const tables = open.get(name) ?? (await StreamTables.open(stream, dataDirectory));
    open.set(name, tables);
    profiles.write(name, key, await tables.measure(place));
    return;
  }
  const before = assignment.before.map((one) => recentPartition(profiles, stream, one));
  const vectors = vectorsOf(definition, profiles.read(name, key) as MeasuredPartition, before);
  new VersionedCache(assignment.vectors.folder, assignment.vectors.version).write(name, key, vectors);
}

function recentPartition(
  profiles: VersionedCache,
  { name, definition }: RowStream,
  key: string,
): CleanPartition {
  const id = `${name}/${key}`;
  const known = recent.get(id) ?? cleanPartition(definition, profiles.read(name, key) as MeasuredPartition);
  // The map keeps the order of use: what was used last is at its end.
  recent.delete(id);
  recent.set(id, known);
  for (const old of recent.keys()) if (recent.size > recentMax) recent.delete(old);
  return known;
}
