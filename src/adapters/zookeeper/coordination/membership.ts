import { assert } from '../../../base/assert.ts';
import type { Assignment, NodeDescription, NodeReport } from '../../../core/membership/node.ts';
import type { NodeMembership, Unsubscribe } from '../../../ports/coordination.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import { isFinal } from '../client/session-state.ts';
import { EphemeralNode } from '../recipes/ephemeral-node.ts';
import type { RecipeKit } from '../recipes/lookout.ts';
import { TreeCache } from '../recipes/tree-cache.ts';
import { coordinationLost, mustBeConnected, unlessLost, valueOf } from './connection-lost.ts';
import type { EntryReader } from './entry-reader.ts';
import { Listeners } from './listeners.ts';
import { writeNode, writeReport } from './member-entries.ts';
import { entryPath, type Places } from './places.ts';
import { putEntry } from './put-entry.ts';
import { readWork } from './table-entries.ts';

export type MembershipParts = {
  readonly client: ZooKeeperClient;
  readonly kit: RecipeKit;
  readonly places: Places;
  readonly reader: EntryReader;
};

/** The membership of one data node: its entry, a copy of its work list, and its report. */
export class ZooKeeperMembership implements NodeMembership {
  readonly #parts: MembershipParts;
  readonly #node: NodeDescription;
  readonly #entry: EphemeralNode;
  readonly #work: TreeCache;
  readonly #workPath: string;
  readonly #reportPath: string;
  readonly #listeners = new Listeners();
  readonly #forget: () => void;
  #reported: Buffer | undefined;

  constructor(parts: MembershipParts, node: NodeDescription) {
    const { client, kit, places } = parts;
    this.#parts = parts;
    this.#node = node;
    this.#workPath = entryPath(places.work, node.id);
    this.#reportPath = entryPath(places.reports, node.id);
    this.#entry = new EphemeralNode(client, kit, {
      path: entryPath(places.nodes, node.id),
      data: writeNode(node),
    });
    const work: TreeCache = new TreeCache(client, kit, {
      roots: [this.#workPath],
      onChange: () => {
        if (work.isCurrent) this.#listeners.ring();
      },
    });
    this.#work = work;
    this.#forget = client.onState((state) => {
      if (isFinal(state)) queueMicrotask(() => this.#listeners.ring());
    });
  }

  /** Resolves once the node is a member; rejects with `COORDINATION_LOST`, and then it never will be. */
  async stands(): Promise<void> {
    try {
      await unlessLost(this.#parts.client, this.#entry.stood);
    } catch (error) {
      void this.#end();
      throw error;
    }
  }

  async work(): Promise<readonly Assignment[]> {
    const { client, reader } = this.#parts;
    mustBeConnected(client);
    if (!this.#work.isCurrent && !(await unlessLost(client, this.#work.listed()))) {
      throw coordinationLost(`The work of node ${this.#node.id} was not read`);
    }
    const entry = this.#work.nodes.get(this.#workPath);
    if (entry === undefined) return [];
    const list = reader.read(this.#workPath, entry, readWork);
    if (list === undefined) throw coordinationLost(`The work of node ${this.#node.id} can not be read`);
    return list;
  }

  watchWork(listener: () => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  async report(report: NodeReport): Promise<void> {
    const { client } = this.#parts;
    mustBeConnected(client);
    assert(report.node === this.#node.id, `node ${this.#node.id} reports as ${report.node}`);
    const data = writeReport(report);
    if (this.#reported?.equals(data) === true) return;
    this.#reported = undefined;
    valueOf(await putEntry(client, this.#reportPath, data));
    this.#reported = data;
  }

  async leave(): Promise<void> {
    const { client } = this.#parts;
    await unlessLost(client, this.#end());
    // A leader that sees no member and no work takes no notice of a report: this only leaves less behind.
    if (this.#work.nodes.size === 0) await client.remove(this.#reportPath);
  }

  async #end(): Promise<void> {
    this.#forget();
    await this.#entry.release();
    await this.#work.close();
  }
}
