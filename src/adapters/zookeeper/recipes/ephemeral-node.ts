import type { ZooKeeperClient } from '../client/client.ts';
import { parentOf } from '../client/paths.ts';
import { ensurePath } from './ensure-path.ts';
import { Lookout, type RecipeKit, type Sight } from './lookout.ts';

/**
 * An ephemeral node that stands for as long as its session lives: membership of a cluster, presence of a service. It is
 * created again when somebody removes it, and its data is what was set last. While a node of an earlier session stands
 * at its path (a process that was killed and started again), it waits until that one vanishes.
 */
export class EphemeralNode {
  readonly #client: ZooKeeperClient;
  readonly #path: string;
  readonly #lookout: Lookout;
  readonly #ring = (): void => this.#lookout.ring();
  #data: Uint8Array;
  /** Counts what was set, and which of it stands in the node. */
  #wanted = 1;
  #written = 0;
  #released = false;
  readonly #stood = Promise.withResolvers<void>();
  /** Resolves when the node stands for the first time. */
  readonly stood: Promise<void> = this.#stood.promise;

  constructor(
    client: ZooKeeperClient,
    kit: RecipeKit,
    node: { readonly path: string; readonly data: Uint8Array },
  ) {
    this.#client = client;
    this.#path = node.path;
    this.#data = node.data;
    this.#lookout = new Lookout(client, kit, () => this.#look());
  }

  /** Whether the node was last seen to stand with the data that was set last. */
  get isCurrent(): boolean {
    return this.#written === this.#wanted;
  }

  /** Replaces the data, soon; of several in a row only the last may be seen. */
  set(data: Uint8Array): void {
    this.#data = data;
    this.#wanted += 1;
    this.#lookout.ring();
  }

  /** Removes the node. Resolves when it is gone, or the session has ended and takes it along. */
  async release(): Promise<void> {
    this.#released = true;
    this.#lookout.ring();
    await this.#lookout.over;
  }

  async #look(): Promise<Sight> {
    const found = await this.#client.exists(this.#path, { watch: this.#ring });
    if (!found.ok) return 'failed';
    const isOurs = found.value?.ephemeralOwner === this.#client.sessionId;
    if (this.#released) return isOurs ? this.#remove() : 'over';
    if (isOurs) this.#stood.resolve();
    if (found.value === undefined) return this.#create();
    if (!isOurs) return this.#missing();
    return this.isCurrent ? 'settled' : this.#write();
  }

  #missing(): Sight {
    this.#written = 0;
    return 'settled';
  }

  async #create(): Promise<Sight> {
    const [data, version] = [this.#data, this.#wanted];
    const created = await this.#client.create(this.#path, { mode: 'ephemeral', data });
    if (created.ok) {
      this.#written = version;
      return 'again';
    }
    this.#written = 0;
    if (created.error.code === 'NODE_EXISTS') return 'again';
    const parent = parentOf(this.#path);
    if (created.error.code !== 'NO_NODE' || parent === undefined) return 'failed';
    return (await ensurePath(this.#client, parent)).ok ? 'again' : 'failed';
  }

  async #write(): Promise<Sight> {
    const [data, version] = [this.#data, this.#wanted];
    const set = await this.#client.set(this.#path, data);
    if (!set.ok) return set.error.code === 'NO_NODE' ? 'again' : 'failed';
    this.#written = version;
    return 'again';
  }

  async #remove(): Promise<Sight> {
    const removed = await this.#client.remove(this.#path);
    return removed.ok || removed.error.code === 'NO_NODE' ? 'over' : 'failed';
  }
}
