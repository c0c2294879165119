import type { ZooKeeperClient } from '../client/client.ts';
import type { ZooKeeperError } from '../client/errors.ts';
import { childOf } from '../client/paths.ts';
import { isLive } from '../client/session-state.ts';
import { contenderPrefix, inTurn } from './contenders.ts';
import { ensurePath } from './ensure-path.ts';
import { Lookout, type RecipeKit, type Sight } from './lookout.ts';

/** One leadership. `epoch` is the transaction that created the node: it grows from leader to leader, for ever. */
export type Term = { readonly path: string; readonly epoch: bigint };

export type Candidate = {
  /** The node below which everybody stands. */
  readonly directory: string;
  readonly data?: Uint8Array;
  readonly onElected: (term: Term) => void;
  /** Called before anything else happens: at the loss of the connection already, not at the end of the session. */
  readonly onDeposed: () => void;
};

/**
 * Stands for election until withdrawn, or until the session has ended. Each contender is an ephemeral sequential node
 * that carries a name of its own (so that a lost answer leaves no orphan), and watches only the one before it (so that
 * a failover wakes one contender and not all).
 *
 * Leadership is a lease. `term` is undefined as soon as the ensemble has not answered for two thirds of the session
 * time-out, also while `onDeposed` is yet to come. Even so only a fenced write is safe: see `writeFenced`.
 */
export class Election {
  readonly #client: ZooKeeperClient;
  readonly #candidate: Candidate;
  readonly #prefix: string;
  readonly #lookout: Lookout;
  readonly #forget: () => void;
  /** One listener for all watches: watching a node twice rings once. */
  readonly #ring = (): void => this.#lookout.ring();
  #term: Term | undefined;
  /** An operation had no answer: what is listed must be as new as that. */
  #doubt = false;
  #withdrawn = false;
  readonly #stood = Promise.withResolvers<void>();
  /** Resolves when the contender has its place in the order of turns. */
  readonly stood: Promise<void> = this.#stood.promise;

  constructor(client: ZooKeeperClient, kit: RecipeKit, candidate: Candidate) {
    this.#client = client;
    this.#candidate = candidate;
    this.#prefix = contenderPrefix(kit.random.id());
    this.#forget = client.onState((state) => {
      if (!isLive(state)) this.#depose();
    });
    this.#lookout = new Lookout(client, kit, () => this.#look());
  }

  /** The term, if this process leads and may act on it now. */
  get term(): Term | undefined {
    const isFresh = this.#client.lastReplyAgeMs() < (this.#client.sessionTimeoutMs * 2) / 3;
    return isFresh ? this.#term : undefined;
  }

  /** Steps down and stands no more. Resolves when the node is gone, or the session has ended and takes it along. */
  async withdraw(): Promise<void> {
    this.#withdrawn = true;
    this.#depose();
    this.#lookout.ring();
    await this.#lookout.over;
    this.#forget();
  }

  async #look(): Promise<Sight> {
    const listed = await this.#list();
    if (listed === 'failed') return 'failed';
    const at = listed.findIndex((name) => name.startsWith(this.#prefix));
    const own = listed[at];
    if (this.#withdrawn) return own === undefined ? 'over' : this.#leave(own);
    if (own === undefined) {
      this.#depose();
      return this.#enter();
    }
    this.#stood.resolve();
    const before = listed[at - 1];
    return before === undefined ? this.#verify(own) : this.#watch(before);
  }

  /** The contenders in turn. */
  async #list(): Promise<readonly string[] | 'failed'> {
    const { directory } = this.#candidate;
    if (this.#doubt) {
      const synced = await this.#client.sync(directory);
      if (!synced.ok) return 'failed';
      this.#doubt = false;
    }
    const listed = await this.#client.children(directory);
    if (listed.ok) return inTurn(listed.value.names);
    return listed.error.code === 'NO_NODE' ? [] : 'failed';
  }

  async #enter(): Promise<Sight> {
    const { directory, data = Buffer.alloc(0) } = this.#candidate;
    const created = await this.#client.create(childOf(directory, this.#prefix), {
      mode: 'ephemeral_sequential',
      data,
    });
    if (created.ok) return 'again';
    if (created.error.code === 'NO_NODE') {
      return (await ensurePath(this.#client, directory)).ok ? 'again' : 'failed';
    }
    return this.#doubted(created.error);
  }

  async #leave(own: string): Promise<Sight> {
    const removed = await this.#client.remove(childOf(this.#candidate.directory, own));
    if (removed.ok || removed.error.code === 'NO_NODE') return 'over';
    return this.#doubted(removed.error);
  }

  /** First in turn. Only the node of this very session gives the lead: any other may vanish unseen. */
  async #verify(own: string): Promise<Sight> {
    const path = childOf(this.#candidate.directory, own);
    const found = await this.#client.exists(path, { watch: this.#ring });
    if (!found.ok) return 'failed';
    if (found.value === undefined) return 'again';
    if (found.value.ephemeralOwner !== this.#client.sessionId) return 'settled';
    // Between the answer and now the connection may have gone.
    if (!isLive(this.#client.state) || this.#withdrawn) return 'again';
    if (this.#term === undefined) {
      this.#term = { path, epoch: found.value.czxid };
      this.#candidate.onElected(this.#term);
    }
    return 'settled';
  }

  async #watch(before: string): Promise<Sight> {
    this.#depose();
    const path = childOf(this.#candidate.directory, before);
    const found = await this.#client.exists(path, { watch: this.#ring });
    if (!found.ok) return 'failed';
    // Whoever stood before may have gone without having led: look who is first now.
    return found.value === undefined ? 'again' : 'settled';
  }

  #doubted(error: ZooKeeperError): Sight {
    this.#doubt ||= error.ambiguous;
    return 'failed';
  }

  #depose(): void {
    if (this.#term === undefined) return;
    this.#term = undefined;
    this.#candidate.onDeposed();
  }
}
