import type { JobId, NodeId } from '../../../base/ids.ts';
import type { LiveJob, LiveTask } from '../../../core/jobs/live.ts';
import type { Assignment } from '../../../core/membership/node.ts';
import { childOf } from '../client/paths.ts';
import type { TreeNode } from '../recipes/tree-cache.ts';
import type { Chunk } from './chunks.ts';
import type { EntryReader } from './entry-reader.ts';
import { entryName, entryPath, type Places } from './places.ts';
import { readHead, readTasks, readWork } from './table-entries.ts';

/** A live table and the chunks in which it stands. */
export type StoredTable = { readonly job: LiveJob; readonly chunks: readonly Chunk[] };

/** Work lists and live tables as they stand in ZooKeeper. */
export type Tables = {
  readonly work: ReadonlyMap<NodeId, readonly Assignment[]>;
  readonly jobs: ReadonlyMap<JobId, StoredTable>;
  /** Nodes that are none of these: their bytes can not be read, or they belong to a table that lacks a part. */
  readonly strays: readonly string[];
};

/**
 * Makes tables of what was read. A job of whose table any part can not be read is left out whole: its leader plans it
 * again from the database, whereas a table with a gap would let tasks start before those that they wait for.
 */
export function readTables(
  nodes: ReadonlyMap<string, TreeNode>,
  places: Places,
  reader: EntryReader,
): Tables {
  const work = new Map<NodeId, readonly Assignment[]>();
  const jobs = new Map<JobId, StoredTable>();
  const strays: string[] = [];
  const chunks = new Map<string, Map<number, TreeNode>>();
  const heads = new Map<string, TreeNode>();
  for (const [path, node] of nodes) {
    if (path === places.work || path === places.jobs) continue;
    const listed = entryName(places.work, path);
    if (listed !== undefined) {
      const list = reader.read(path, node, readWork);
      if (list === undefined) strays.push(path);
      else work.set(listed as NodeId, list);
      continue;
    }
    const at = path.lastIndexOf('/');
    const [above, number] = [path.slice(0, at), path.slice(at + 1)];
    if (above === places.jobs) heads.set(path, node);
    else if (/^\d{1,15}$/.test(number) && entryName(places.jobs, above) !== undefined) {
      const own = chunks.get(above) ?? new Map<number, TreeNode>();
      chunks.set(above, own.set(Number(number), node));
    } else strays.push(path);
  }
  for (const [path, head] of heads) {
    const table = readTable(path, { head, chunks: chunks.get(path) ?? new Map(), places, reader });
    if (table !== undefined) jobs.set(table.job.id, table);
    else strays.push(...pathsOf(path, chunks.get(path)?.keys() ?? []));
  }
  return { work, jobs, strays: inOrderOfRemoval(strays) };
}

type Parts = {
  readonly head: TreeNode;
  readonly chunks: ReadonlyMap<number, TreeNode>;
  readonly places: Places;
  readonly reader: EntryReader;
};

function readTable(path: string, { head, chunks, places, reader }: Parts): StoredTable | undefined {
  const id = entryName(places.jobs, path);
  if (id === undefined) return undefined;
  const job = reader.read(path, head, (data) => readHead(data, id));
  const read: Chunk[] = [];
  for (const [number, node] of [...chunks].toSorted(([a], [b]) => a - b)) {
    const tasks = reader.read(childOf(path, String(number)), node, readTasks);
    if (tasks === undefined) return undefined;
    read.push({ number, tasks, length: node.data.length });
  }
  return job === undefined ? undefined : { job: { ...job, tasks: tasksOf(read) }, chunks: read };
}

/** All tasks in order. Of one that stands twice, because a table was being cut anew, the newer counts. */
function tasksOf(chunks: readonly Chunk[]): readonly LiveTask[] {
  const all = chunks.flatMap(({ tasks }) => tasks);
  const byName = new Map(all.map((task) => [task.plan.name, task]));
  return byName.size === all.length ? all : all.filter((task) => byName.get(task.plan.name) === task);
}

/** The path of a table's head and of its chunks. */
export function pathsOf(head: string, numbers: Iterable<number>): readonly string[] {
  return [head, ...Array.from(numbers, (number) => childOf(head, String(number)))];
}

/** Where the head of a job's table stands. */
export function headPath(places: Places, job: JobId): string {
  return entryPath(places.jobs, job);
}

/** Whatever is below a node goes before it. */
function inOrderOfRemoval(paths: readonly string[]): readonly string[] {
  return paths.toSorted((a, b) => b.length - a.length);
}
