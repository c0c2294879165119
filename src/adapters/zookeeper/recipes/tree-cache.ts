import { limits } from '../../../base/limits.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import { childOf } from '../client/paths.ts';
import type { Stat } from '../client/records.ts';
import { isLive } from '../client/session-state.ts';
import type { WatchListener } from '../client/watches.ts';
import { Lookout, type RecipeKit, type Sight } from './lookout.ts';

/** A node as it was read last. */
export type TreeNode = { readonly data: Buffer; readonly stat: Stat };

export type TreeOptions = {
  readonly root: string;
  /** Something may have changed in `nodes` or `isCurrent`. Calls coalesce; it must not wait for anything. */
  readonly onChange: () => void;
};

/**
 * A copy of a node and everything below it, by one recursive watch. An event only says at which path to look again; and
 * because events are lost while the connection is away, everything is listed again after each time it comes back.
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
  #unwatch: (() => Promise<unknown>) | undefined;
  /** The paths that the listing under way has found. */
  #found: Set<string> | undefined;
  #isListed = false;
  #changed = false;

  constructor(client: ZooKeeperClient, kit: RecipeKit, options: TreeOptions) {
    this.#client = client;
    this.#kit = kit;
    this.#options = options;
    this.#forget = client.onState((state) => {
      if (!isLive(state)) this.#invalidate();
    });
    this.#lookout = new Lookout(client, kit, () => this.#look());
  }

  /** The nodes by path, as they were read last; the map changes under whoever keeps it. */
  get nodes(): ReadonlyMap<string, TreeNode> {
    return this.#nodes;
  }

  /** Whether everything was listed since the connection came back, and every event is followed. */
  get isCurrent(): boolean {
    return this.#isListed;
  }

  /** Follows no more. */
  async close(): Promise<void> {
    this.#forget();
    await this.#lookout.end();
    this.#isListed = false;
    await this.#unwatch?.();
  }

  async #look(): Promise<Sight> {
    if (this.#isListed) return 'settled';
    // Many processes have lost the same server at once: they do not list in step.
    if (this.#nodes.size > 0)
      await this.#kit.clock.sleep(this.#kit.random.next() * limits.zooKeeperBackOffMsMax);
    if (this.#unwatch === undefined) {
      const added = await this.#client.addWatch(this.#options.root, 'recursive', this.#onEvent);
      if (!added.ok) return 'failed';
      this.#unwatch = added.value;
    }
    return this.#list();
  }

  async #list(): Promise<Sight> {
    const found = new Set<string>();
    this.#found = found;
    let level: readonly string[] = [this.#options.root];
    while (level.length > 0) {
      const below = await this.#listLevel(level);
      // The connection went, or went and came back: what was found so far may be old.
      if (below === undefined || this.#found !== found) return 'failed';
      level = below;
    }
    this.#found = undefined;
    for (const path of this.#nodes.keys()) if (!found.has(path)) this.#nodes.delete(path);
    this.#isListed = true;
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
    return children.error.code === 'NO_NODE' ? [] : undefined;
  }

  /** Reads one node. Answers come in the order of the questions, so that the newest is the last to be kept. */
  async #read(path: string): Promise<boolean> {
    const got = await this.#client.get(path);
    if (got.ok) {
      this.#nodes.set(path, got.value);
      this.#found?.add(path);
      return true;
    }
    if (got.error.code !== 'NO_NODE') return false;
    this.#nodes.delete(path);
    return true;
  }

  #touch(path: string): void {
    if (this.#dirty.size === 0) queueMicrotask(() => this.#readDirty());
    this.#dirty.add(path);
  }

  #readDirty(): void {
    const paths = [...this.#dirty];
    this.#dirty.clear();
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

  #invalidate(): void {
    this.#found = undefined;
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
