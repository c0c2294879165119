import type { NodeId } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import type { ClusterView } from '../../../core/membership/cluster-view.ts';
import type { NodeDescription, NodeReport } from '../../../core/membership/node.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import type { RecipeKit } from '../recipes/lookout.ts';
import { TreeCache } from '../recipes/tree-cache.ts';
import { coordinationLost, unlessLost, valueOf } from './connection-lost.ts';
import type { EntryReader } from './entry-reader.ts';
import { readNode, readReport } from './member-entries.ts';
import { entryName, entryPath, type Places } from './places.ts';
import { readTables, type Tables } from './tables.ts';

export type ClusterCopyParts = {
  readonly client: ZooKeeperClient;
  readonly kit: RecipeKit;
  readonly places: Places;
  readonly reader: EntryReader;
  /** Something may have changed, and can be looked at. */
  readonly onChange: () => void;
};

/**
 * What a process knows of a cluster: a copy of members, reports and drain marks, and, only while somebody who does not
 * lead looks at them, one of work lists and tables. Nothing is read before somebody asks for it.
 */
export class ClusterCopy {
  readonly #parts: ClusterCopyParts;
  #members: TreeCache | undefined;
  #tables: TreeCache | undefined;

  constructor(parts: ClusterCopyParts) {
    this.#parts = parts;
  }

  /** Begins to follow members, reports and drain marks, and to tell of their changes. */
  follow(): TreeCache {
    const { nodes, reports, drain } = this.#parts.places;
    this.#members ??= this.#copy([nodes, reports, drain]);
    return this.#members;
  }

  /** The view with these tables. Rejects with `COORDINATION_LOST`. */
  async view(tables: () => Promise<Tables>): Promise<ClusterView> {
    await this.#listed(this.follow());
    const { work, jobs } = await tables();
    if (this.#members?.isCurrent !== true) throw coordinationLost(lostMeanwhile);
    const { nodes, reports, draining } = this.#readMembers();
    const present = new Set(nodes.map((node) => node.id));
    // A lost node's last report tells the leader what it ran: it counts until its work is taken away.
    for (const id of reports.keys()) if (!present.has(id) && !work.has(id)) reports.delete(id);
    const live = new Map(Array.from(jobs, ([id, { job }]) => [id, job]));
    return { nodes, reports, work: new Map(work), jobs: live, draining };
  }

  /** The tables as somebody who only looks at them sees them: soon after they were written. */
  async tables(): Promise<Tables> {
    const { places, reader } = this.#parts;
    this.#tables ??= this.#copy([places.work, places.jobs], limits.zooKeeperSettleMs);
    const copy = this.#tables;
    await this.#listed(copy);
    return readTables(copy.nodes, places, reader);
  }

  /**
   * The tables as new as all that was written before the call, and members at least as new. Events come before the
   * answer to whatever was asked after them: behind a `sync` and one more answer, all that they told of has been read.
   */
  async newestTables(): Promise<Tables> {
    const { client, places, reader } = this.#parts;
    const members = this.follow();
    // The copy that there may be takes its time to follow.
    const slow = this.#tables;
    this.#tables = undefined;
    await slow?.close();
    const tables = this.#copy([places.work, places.jobs]);
    try {
      valueOf(await client.sync(places.base));
      await Promise.all([this.#listed(members), this.#listed(tables)]);
      valueOf(await client.exists(places.base));
      if (!members.isCurrent || !tables.isCurrent) throw coordinationLost(lostMeanwhile);
      return readTables(tables.nodes, places, reader);
    } finally {
      void tables.close();
    }
  }

  /** Reports of nodes that are neither here nor have work: the view leaves them out. */
  staleReports(tables: Tables): readonly { readonly path: string; readonly version: number }[] {
    const members = this.#members;
    if (members?.isCurrent !== true) return [];
    const { nodes, reports } = this.#parts.places;
    return [...members.nodes].flatMap(([path, { stat }]) => {
      const node = entryName(reports, path);
      if (node === undefined || members.nodes.has(entryPath(nodes, node))) return [];
      return tables.work.has(node as NodeId) ? [] : [{ path, version: stat.version }];
    });
  }

  #copy(roots: readonly string[], settleMs?: number): TreeCache {
    const { client, kit, onChange } = this.#parts;
    const copy: TreeCache = new TreeCache(client, kit, {
      roots,
      ...(settleMs === undefined ? {} : { settleMs }),
      onChange: () => {
        if (copy.isCurrent) onChange();
      },
    });
    return copy;
  }

  async #listed(copy: TreeCache): Promise<void> {
    if (!(await this.#isListed(copy))) throw coordinationLost('The cluster could not be read in time');
  }

  async #isListed(copy: TreeCache): Promise<boolean> {
    if (copy.isCurrent) return true;
    const { client, kit } = this.#parts;
    const over = new AbortController();
    const deadline = kit.clock.sleep(limits.zooKeeperOperationTimeoutMs, over.signal).then(() => false);
    try {
      return await unlessLost(client, Promise.race([copy.listed(), deadline]));
    } finally {
      over.abort();
    }
  }

  #readMembers() {
    const { places, reader } = this.#parts;
    const members: { readonly node: NodeDescription; readonly since: bigint }[] = [];
    const reports = new Map<NodeId, NodeReport>();
    const draining = new Set<NodeId>();
    for (const [path, entry] of this.follow().nodes) {
      const node = entryName(places.nodes, path);
      const reporter = entryName(places.reports, path);
      const drained = entryName(places.drain, path);
      if (node !== undefined) {
        const read = reader.read(path, entry, (data) => readNode(data, node));
        if (read !== undefined) members.push({ node: read, since: entry.stat.czxid });
      } else if (reporter !== undefined) {
        const read = reader.read(path, entry, (data) => readReport(data, reporter));
        if (read !== undefined) reports.set(read.node, read);
      } else if (drained !== undefined) draining.add(drained as NodeId);
    }
    const nodes = members.toSorted((a, b) => Number(a.since - b.since)).map(({ node }) => node);
    return { nodes, reports, draining };
  }
}

const lostMeanwhile = 'The connection was lost while the cluster was read';
