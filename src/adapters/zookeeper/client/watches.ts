import { MalformedFrame } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import { type Chroot, parentOf } from './paths.ts';
import { eventTypes } from './protocol.ts';

/**
 * Something happened at a path. Data is never with it: look again. One-shot watches coalesce changes; persistent ones
 * do not see what happens while the connection is away.
 */
export type WatchEvent = {
  readonly type: 'created' | 'deleted' | 'data_changed' | 'children_changed';
  readonly path: string;
};

/** Called at once when the event arrives, in order, before any answer behind it. It must not wait for anything. */
export type WatchListener = (event: WatchEvent) => void;

/** The kinds that the server tells apart; the first three fire once. */
export type WatchKind = 'data' | 'exist' | 'child' | 'persistent' | 'recursive';

const kinds = ['data', 'exist', 'child', 'persistent', 'recursive'] as const satisfies readonly WatchKind[];

/** Which one-shot watches an event ends. */
const firedBy: Readonly<Record<WatchEvent['type'], readonly WatchKind[]>> = {
  created: ['data', 'exist'],
  data_changed: ['data', 'exist'],
  deleted: ['data', 'exist', 'child'],
  children_changed: ['child'],
};

/** Which watches of the same path a watch can not stand beside. */
const conflictsOf: Readonly<Record<WatchKind, readonly WatchKind[]>> = {
  data: [],
  exist: [],
  child: ['recursive'],
  persistent: ['recursive'],
  recursive: ['persistent', 'child'],
};

/** The watches of one session, by the paths that the server sees, so that another server can be asked for them again. */
export class Watches {
  readonly #listeners: Readonly<Record<WatchKind, Map<string, Set<WatchListener>>>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
    persistent: new Map(),
    recursive: new Map(),
  };
  /** How many watches of each path are asked for and not yet answered. */
  readonly #arming: Readonly<Record<WatchKind, Map<string, number>>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
    persistent: new Map(),
    recursive: new Map(),
  };
  readonly #chroot: Chroot;

  constructor(chroot: Chroot) {
    this.#chroot = chroot;
  }

  add(kind: WatchKind, path: string, listener: WatchListener): void {
    const listeners = this.#listeners[kind].get(path);
    if (listeners === undefined) this.#listeners[kind].set(path, new Set([listener]));
    else listeners.add(listener);
  }

  remove(kind: WatchKind, path: string, listener: WatchListener): void {
    const listeners = this.#listeners[kind].get(path);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners[kind].delete(path);
  }

  /** Notes that a watch is asked for, until the function that it returns is called. */
  arming(kind: WatchKind, path: string): () => void {
    const counts = this.#arming[kind];
    counts.set(path, (counts.get(path) ?? 0) + 1);
    return () => {
      const left = (counts.get(path) ?? 1) - 1;
      if (left === 0) counts.delete(path);
      else counts.set(path, left);
    };
  }

  /** Whether anybody watches this path, or is about to. */
  isWatched(path: string): boolean {
    return kinds.some((kind) => this.#has(kind, path));
  }

  /**
   * How a watch of this kind can be had. Until 3.9 a server keeps one mode for each path of a connection
   * (ZOOKEEPER-4466): a one-shot watch would silently end a persistent one. Where a persistent one stands, its events
   * serve the one-shot too (`stands`); what can not be had beside each other is a `conflict`.
   */
  way(kind: WatchKind, path: string): 'ask' | 'stands' | 'conflict' {
    const conflicts = conflictsOf[kind];
    if (conflicts.some((other) => this.#has(other, path))) return 'conflict';
    if (kind === 'persistent' || kind === 'recursive') return 'ask';
    // One that is only asked for may still be refused, and nobody would tell the one-shot watch.
    if (this.#arming.persistent.has(path) || this.#arming.recursive.has(path)) return 'conflict';
    const stands = this.#listeners.persistent.has(path) || this.#listeners.recursive.has(path);
    return stands ? 'stands' : 'ask';
  }

  #has(kind: WatchKind, path: string): boolean {
    return this.#listeners[kind].has(path) || this.#arming[kind].has(path);
  }

  clear(): void {
    for (const kind of kinds) this.#listeners[kind].clear();
  }

  /** Tells everybody whom an event of the server concerns, and forgets the watches that it ends. */
  dispatch(typeNumber: number, serverPath: string): void {
    const type = typeOf(typeNumber);
    if (type === undefined) return;
    const told = new Set<WatchListener>();
    for (const kind of firedBy[type]) {
      for (const listener of this.#listeners[kind].get(serverPath) ?? []) told.add(listener);
      this.#listeners[kind].delete(serverPath);
    }
    for (const listener of this.#listeners.persistent.get(serverPath) ?? []) told.add(listener);
    if (type !== 'children_changed') this.#collectRecursive(serverPath, told);
    const event: WatchEvent = { type, path: this.#chroot.remove(serverPath) };
    for (const listener of told) listener(event);
  }

  #collectRecursive(serverPath: string, told: Set<WatchListener>): void {
    if (this.#listeners.recursive.size === 0) return;
    for (let path: string | undefined = serverPath; path !== undefined; path = parentOf(path)) {
      for (const listener of this.#listeners.recursive.get(path) ?? []) told.add(listener);
    }
  }

  /**
   * Everything that a new server must be asked to watch, as bodies of `setWatches2` requests of at most `bytesMax` each
   * (a single path may be longer). One-shot watches fire at once if something happened since `zxid`.
   */
  rearm(zxid: bigint, bytesMax: number): ((writer: JuteWriter) => void)[] {
    const bodies: ((writer: JuteWriter) => void)[] = [];
    let chunk = emptyChunk();
    let bytes = 0;
    const close = (): void => {
      const closed = chunk;
      if (bytes > 0) bodies.push((writer) => writeChunk(writer, zxid, closed));
      chunk = emptyChunk();
      bytes = 0;
    };
    for (const kind of kinds) {
      for (const path of this.#listeners[kind].keys()) {
        const pathBytes = 4 + Buffer.byteLength(path);
        if (bytes + pathBytes > bytesMax) close();
        chunk[kind].push(path);
        bytes += pathBytes;
      }
    }
    close();
    return bodies;
  }
}

type Chunk = Readonly<Record<WatchKind, string[]>>;

function emptyChunk(): Chunk {
  return { data: [], exist: [], child: [], persistent: [], recursive: [] };
}

function writeChunk(writer: JuteWriter, zxid: bigint, chunk: Chunk): void {
  writer.long(zxid);
  for (const kind of kinds) writer.vector(chunk[kind], (path) => writer.string(path));
}

function typeOf(typeNumber: number): WatchEvent['type'] | undefined {
  switch (typeNumber) {
    case eventTypes.created:
      return 'created';
    case eventTypes.deleted:
      return 'deleted';
    case eventTypes.dataChanged:
      return 'data_changed';
    case eventTypes.childrenChanged:
      return 'children_changed';
    case -1: // An event of the session: the client sees those by itself.
    case 4: // The rest says that watches were removed, which this client asked for.
    case 5:
    case 6:
      return undefined;
    default:
      throw new MalformedFrame(`an event of type ${typeNumber}`);
  }
}
