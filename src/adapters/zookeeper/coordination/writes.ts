import type { JobId, NodeId } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import type { LiveJob } from '../../../core/jobs/live.ts';
import type { Assignment } from '../../../core/membership/node.ts';
import type { Decisions } from '../../../ports/coordination.ts';
import type { MultiStep } from '../client/multi.ts';
import { childOf } from '../client/paths.ts';
import { type Chunk, cutIntoChunks } from './chunks.ts';
import { entryPath, type Places } from './places.ts';
import { assignmentLength, taskLength, writeHead, writeTasks, writeWork } from './table-entries.ts';
import { headPath, pathsOf, type StoredTable, type Tables } from './tables.ts';

/** What turns the tables as they stand into those that were decided. */
export type Writes = {
  readonly steps: readonly MultiStep[];
  /** The tables once all steps are applied. */
  readonly after: Tables;
  /** Entries that no server would take whole: what is too large in them is not written. */
  readonly cropped: readonly string[];
};

/**
 * The steps in an order in which whatever stands after any of them is sound, should they have to go in several writes:
 * tables before work lists, so that no node is given a task that its table does not know of. (A task that a table gives
 * to a node and that no list holds is given back by the next tick.) Tables begin with the tasks that others wait for.
 */
export function planWrites(before: Tables, decisions: Decisions, places: Places): Writes {
  const plan = new Plan(before, places);
  for (const [id, job] of decisions.jobs) plan.decideTable(id, job);
  for (const [node, list] of decisions.work) plan.decideWork(node, list);
  return plan.writes();
}

class Plan {
  readonly #places: Places;
  readonly #steps: MultiStep[] = [];
  readonly #cropped: string[] = [];
  readonly #jobs: Map<JobId, StoredTable>;
  readonly #work: Map<NodeId, readonly Assignment[]>;
  readonly #strays: Set<string>;

  constructor(before: Tables, places: Places) {
    this.#places = places;
    this.#jobs = new Map(before.jobs);
    this.#work = new Map(before.work);
    this.#strays = new Set(before.strays);
  }

  writes(): Writes {
    const after = { jobs: this.#jobs, work: this.#work, strays: [...this.#strays] };
    return { steps: this.#steps, after, cropped: this.#cropped };
  }

  decideTable(id: JobId, job: LiveJob | undefined): void {
    const path = headPath(this.#places, id);
    const table = this.#jobs.get(id);
    if (job === table?.job) return;
    if (table === undefined) this.#clear(path);
    if (job === undefined) {
      // From its end: what others wait for goes last.
      for (const each of pathsOf(path, numbersOf(table)).toReversed()) this.#remove(each);
      this.#jobs.delete(id);
      return;
    }
    const chunks = cutIntoChunks(table?.chunks ?? [], job.tasks);
    this.#writeHead(path, table?.job, job);
    this.#writeChunks(path, table?.chunks ?? [], chunks);
    this.#jobs.set(id, { job, chunks });
  }

  decideWork(node: NodeId, list: readonly Assignment[]): void {
    const path = entryPath(this.#places.work, node);
    const exists = this.#work.has(node) || this.#strays.delete(path);
    if (list.length === 0) {
      if (exists) this.#remove(path);
      this.#work.delete(node);
      return;
    }
    const data = this.#fit(path, list, { write: writeWork, lengthOf: assignmentLength });
    this.#put(path, data, exists);
    this.#work.set(node, list);
  }

  #writeHead(path: string, before: LiveJob | undefined, job: LiveJob): void {
    const data = writeHead(job);
    if (before === undefined) this.#put(path, data, false);
    else if (!data.equals(writeHead(before))) this.#put(path, data, true);
  }

  #writeChunks(path: string, before: readonly Chunk[], after: readonly Chunk[]): void {
    const standing = new Map(before.map((chunk) => [chunk.number, chunk]));
    for (const chunk of after) {
      const same = standing.get(chunk.number);
      standing.delete(chunk.number);
      if (same === chunk) continue;
      const chunkPath = childOf(path, String(chunk.number));
      const data = this.#fit(chunkPath, chunk.tasks, { write: writeTasks, lengthOf: taskLength });
      this.#put(chunkPath, data, same !== undefined);
    }
    for (const number of [...standing.keys()].toReversed()) this.#remove(childOf(path, String(number)));
  }

  /** Removes what stands at a path without being a table. */
  #clear(path: string): void {
    for (const stray of this.#strays) {
      if (stray !== path && !stray.startsWith(`${path}/`)) continue;
      this.#remove(stray);
      this.#strays.delete(stray);
    }
  }

  /** The entry of these items; if it is too large for a server, without the large ones among them. */
  #fit<T>(
    path: string,
    items: readonly T[],
    how: { readonly write: (items: readonly T[]) => Buffer; readonly lengthOf: (item: T) => number },
  ): Buffer {
    const data = how.write(items);
    if (data.length <= limits.zooKeeperDecisionBytesMax) return data;
    this.#cropped.push(path);
    return how.write(items.filter((item) => how.lengthOf(item) <= limits.zooKeeperPlainEntryBytesMax));
  }

  #put(path: string, data: Buffer, exists: boolean): void {
    this.#steps.push({ kind: exists ? 'set' : 'create', path, data });
  }

  #remove(path: string): void {
    this.#steps.push({ kind: 'delete', path });
  }
}

function numbersOf(table: StoredTable | undefined): readonly number[] {
  return table?.chunks.map(({ number }) => number) ?? [];
}

/** Cuts steps into writes that a server takes. All of them go into one wherever they fit. */
export function inWrites(steps: readonly MultiStep[]): readonly (readonly MultiStep[])[] {
  const writes: MultiStep[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const step of steps) {
    const more = stepOverheadBytes + Buffer.byteLength(step.path) + ('data' in step ? step.data.length : 0);
    if (bytes + more > limits.zooKeeperDecisionBytesMax) {
      writes.push([]);
      bytes = 0;
    }
    writes.at(-1)?.push(step);
    bytes += more;
  }
  return writes;
}

/** What a step takes beside its path and data, on the wire and in a server's log. */
const stepOverheadBytes = 100;
