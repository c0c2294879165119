import { limits } from '../../../base/limits.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import type { ZooKeeperError } from '../client/errors.ts';
import { childOf } from '../client/paths.ts';
import type { Stat } from '../client/records.ts';
import { isLive } from '../client/session-state.ts';
import type { WatchListener } from '../client/watches.ts';
import { Lookout, type RecipeKit, type Sight } from './lookout.ts';

/** A node as it was read last. */
export type TreeNode = { readonly data: Buffer; readonly stat: Stat };

export type TreeOptions = {
  /** Nodes that are followed with everything below them, whether they exist yet or not. */
  readonly roots: readonly string[];
  /** How long changes are gathered before they are read; by default not at all. */
  readonly settleMs?: number;
  /** Something may have changed in `nodes` or `isCurrent`. Calls coalesce; it must not wait for anything. */
  readonly onChange: () => void;
};

/**
 * A copy of some nodes and everything below them, by a recursive watch of each. An event only says at which path to look
 * again; and because events are lost while the connection is away, everything is listed again whenever it comes back.
 */
export class TreeCache {
  readonly #client: ZooKeeperClient;
  readonly #kit: RecipeKit;
  readonly #options: TreeOptions;
  readonly #lookout: Lookout;
  readonly #forget: () => void;
  readonly #nodes = new Map<string, TreeNode>();
  readonly #dirty = new Set<string>();
  readonly #onEvent: WatchListener = ({ path }) => this.#touch(path);
  readonly #watched = new Map<string, () => Promise<unknown>>();
  readonly #waiting = new Set<(isCurrent: boolean) => void>();
  /** The paths that the listing under way has found. */
  #found: Set<string> | undefined;
  #isListed = false;
  #changed = false;
  #closed = false;

  constructor(client: ZooKeeperClient, kit: RecipeKit, options: TreeOptions) {
    this.#client = client;
    this.#kit = kit;
    this.#options = options;
    this.#forget = client.onState((state) => {
      if (!isLive(state)) this.#invalidate();
    });
    this.#lookout = new Lookout(client, kit, () => this.#look());
  }

  /**
   * The nodes by path, as they were read last; the map changes under whoever keeps it. A node that is read again and was
   * not changed stays the same object.
   */
  get nodes(): ReadonlyMap<string, TreeNode> {
    return this.#nodes;
  }

  /** Whether everything was listed since the connection came back, and every event is followed. */
  get isCurrent(): boolean {
    return this.#isListed;
  }

  /** Resolves once everything is listed: true; or when the connection is lost or nothing is followed any more: false. */
  listed(): Promise<boolean> {
    if (this.#isListed) return Promise.resolve(true);
    if (this.#closed || !isLive(this.#client.state)) return Promise.resolve(false);
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Follows no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#forget();
    this.#isListed = false;
    this.#tellWaiting(false);
    await this.#lookout.end();
    await Promise.all(Array.from(this.#watched.values(), (unwatch) => unwatch()));
  }

  async #look(): Promise<Sight> {
    if (this.#isListed || this.#closed) return 'settled';
    // Many processes have lost the same server at once: they do not list in step.
    if (this.#nodes.size > 0)
      await this.#kit.clock.sleep(this.#kit.random.next() * limits.zooKeeperBackOffMsMax);
    for (const root of this.#options.roots) {
      if (this.#watched.has(root)) continue;
      const added = await this.#client.addWatch(root, 'recursive', this.#onEvent);
      if (!added.ok) return 'failed';
      this.#watched.set(root, added.value);
    }
    return this.#list();
  }

  async #list(): Promise<Sight> {
    const found = new Set<string>();
    this.#found = found;
    let level: readonly string[] = this.#options.roots;
    while (level.length > 0) {
      const below = await this.#listLevel(level);
      // The connection went, or went and came back: what was found so far may be old.
      if (below === undefined || this.#found !== found || this.#closed) return 'failed';
      level = below;
    }
    this.#found = undefined;
    for (const path of this.#nodes.keys()) if (!found.has(path)) this.#nodes.delete(path);
    this.#isListed = true;
    this.#tellWaiting(true);
    this.#announce();
    return 'settled';
  }

  /** Reads the nodes of one level; the paths of the next one. */
  async #listLevel(paths: readonly string[]): Promise<readonly string[] | undefined> {
    const below: string[] = [];
    for (let start = 0; start < paths.length; start += limits.zooKeeperTreeReadsMax) {
      const batch = paths.slice(start, start + limits.zooKeeperTreeReadsMax);
      const lists = await Promise.all(batch.map((path) => this.#listNode(path)));
      for (const names of lists) {
        if (names === undefined) return undefined;
        below.push(...names);
      }
    }
    return below;
  }

  async #listNode(path: string): Promise<readonly string[] | undefined> {
    const [isRead, children] = await Promise.all([this.#read(path), this.#client.children(path)]);
    if (!isRead) return undefined;
    if (children.ok) return children.value.names.map((name) => childOf(path, name));
    return isUnreadable(children.error) ? [] : undefined;
  }

  /** Reads one node. Answers come in the order of the questions, so that the newest is the last to be kept. */
  async #read(path: string): Promise<boolean> {
    const got = await this.#client.get(path);
    if (got.ok) {
      const isSame = this.#nodes.get(path)?.stat.mzxid === got.value.stat.mzxid;
      if (!isSame) this.#nodes.set(path, got.value);
      this.#found?.add(path);
      return true;
    }
    if (!isUnreadable(got.error)) return false;
    this.#nodes.delete(path);
    return true;
  }

  #touch(path: string): void {
    if (this.#dirty.size === 0) this.#readDirtySoon();
    this.#dirty.add(path);
  }

  #readDirtySoon(): void {
    const { settleMs } = this.#options;
    if (settleMs === undefined) queueMicrotask(() => this.#readDirty());
    else void this.#kit.clock.sleep(settleMs).then(() => this.#readDirty());
  }

  #readDirty(): void {
    const paths = [...this.#dirty];
    this.#dirty.clear();
    if (this.#closed) return;
    for (const path of paths) void this.#follow(path);
  }

  async #follow(path: string): Promise<void> {
    if (await this.#read(path)) {
      if (this.#isListed) this.#announce();
    } else {
      this.#invalidate();
      this.#lookout.ring();
    }
  }

  #tellWaiting(isCurrent: boolean): void {
    for (const resolve of this.#waiting) resolve(isCurrent);
    this.#waiting.clear();
  }

  #invalidate(): void {
    this.#found = undefined;
    if (!isLive(this.#client.state)) this.#tellWaiting(false);
    if (!this.#isListed) return;
    this.#isListed = false;
    this.#announce();
  }

  #announce(): void {
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      this.#options.onChange();
    });
  }
}

/** One node that is gone, or that nobody may read, is not in the copy; it does not keep the others out. */
function isUnreadable(error: ZooKeeperError): boolean {
  return error.code === 'NO_NODE' || error.code === 'NO_AUTH';
}
