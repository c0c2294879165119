import { failureOf } from '../../../base/errors.ts';
import type { ClusterName, NodeId } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import type { ClusterView } from '../../../core/membership/cluster-view.ts';
import type { NodeDescription } from '../../../core/membership/node.ts';
import type {
  Candidacy,
  Candidate,
  Coordination,
  Decisions,
  LeaderTerm,
  LeaderView,
  NodeMembership,
  SessionState,
  Unsubscribe,
} from '../../../ports/coordination.ts';
import type { Log } from '../../../ports/log.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import type { MultiStep } from '../client/multi.ts';
import { isFinal } from '../client/session-state.ts';
import { currentLeader } from '../recipes/contenders.ts';
import { Election } from '../recipes/election.ts';
import type { RecipeKit } from '../recipes/lookout.ts';
import { TreeCache } from '../recipes/tree-cache.ts';
import { ClusterCopy } from './cluster-copy.ts';
import { mustBeConnected, unlessLost, valueOf } from './connection-lost.ts';
import { MalformedEntry } from './entry.ts';
import { EntryReader } from './entry-reader.ts';
import { LeaderDesk } from './leader-desk.ts';
import { Listeners } from './listeners.ts';
import { readContender, writeContender } from './member-entries.ts';
import { ZooKeeperMembership } from './membership.ts';
import { entryPath, type Places } from './places.ts';
import { putEntry } from './put-entry.ts';

export type SessionParts = {
  readonly cluster: ClusterName;
  readonly client: ZooKeeperClient;
  readonly kit: RecipeKit;
  readonly log: Log;
  readonly places: Places;
};

/** One session on the ensemble of one cluster. */
export class ZooKeeperCoordination implements Coordination {
  readonly cluster: ClusterName;
  readonly #client: ZooKeeperClient;
  readonly #kit: RecipeKit;
  readonly #log: Log;
  readonly #places: Places;
  readonly #reader: EntryReader;
  readonly #copy: ClusterCopy;
  readonly #desk: LeaderDesk;
  readonly #viewListeners = new Listeners();
  readonly #configListeners = new Listeners();
  #config: TreeCache | undefined;
  #tidiedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: SessionParts) {
    const { cluster, client, kit, log, places } = parts;
    this.cluster = cluster;
    this.#client = client;
    this.#kit = kit;
    this.#log = log;
    this.#places = places;
    this.#reader = new EntryReader(log);
    this.#copy = new ClusterCopy({
      client,
      kit,
      places,
      reader: this.#reader,
      onChange: () => this.#viewListeners.ring(),
    });
    const readTables = () => this.#copy.newestTables();
    this.#desk = new LeaderDesk({ client, log, places, readTables });
    client.onState((state) => {
      // After a reconnect the copies ring, once they have been read anew.
      if (isFinal(state)) queueMicrotask(() => this.#ringAll());
    });
  }

  state(): SessionState {
    const { state } = this.#client;
    switch (state.state) {
      case 'connected':
      case 'reconnected':
        return 'connected';
      case 'expired':
        return 'expired';
      case 'closed':
        // One that the ensemble has refused is over like one that it has ended: a new one may fare better.
        return state.why === 'credentials_refused' ? 'expired' : 'closed';
      default:
        return 'suspended';
    }
  }

  lastReplyAgeMs(): number {
    return this.#client.lastReplyAgeMs();
  }

  get sessionTimeoutMs(): number {
    return this.#client.sessionTimeoutMs;
  }

  async campaign(candidate: Candidate): Promise<Candidacy> {
    mustBeConnected(this.#client);
    const { id, version } = candidate;
    let held: { readonly path: string; readonly epoch: bigint } | undefined;
    const election = new Election(this.#client, this.#kit, {
      directory: this.#places.leader,
      data: writeContender({ id, version }),
      onElected: (term) => {
        held = term;
        this.#desk.begin(term, id);
        candidate.onElected({ leader: id, epoch: term.epoch });
      },
      onDeposed: () => {
        if (held !== undefined) this.#desk.end(held);
        candidate.onDeposed();
      },
    });
    try {
      await unlessLost(this.#client, election.stood);
    } catch (error) {
      void election.withdraw();
      throw error;
    }
    return { withdraw: () => unlessLost(this.#client, election.withdraw()) };
  }

  async leader(): Promise<LeaderView | undefined> {
    mustBeConnected(this.#client);
    const leader = valueOf(await currentLeader(this.#client, this.#places.leader));
    if (leader === undefined) return undefined;
    try {
      const { id, version } = readContender(leader.data);
      return { leader: id, epoch: leader.epoch, version };
    } catch (error) {
      if (!(error instanceof MalformedEntry)) throw error;
      this.#log.warn('the entry of a leader can not be read', { path: leader.path, why: error.message });
      return undefined;
    }
  }

  async join(node: NodeDescription): Promise<NodeMembership> {
    mustBeConnected(this.#client);
    const membership = new ZooKeeperMembership(
      { client: this.#client, kit: this.#kit, places: this.#places, reader: this.#reader },
      node,
    );
    await membership.stands();
    return membership;
  }

  async view(): Promise<ClusterView> {
    mustBeConnected(this.#client);
    return this.#copy.view(() => (this.#desk.leads ? this.#desk.tables() : this.#copy.tables()));
  }

  watchView(listener: () => void): Unsubscribe {
    this.#copy.follow();
    return this.#viewListeners.add(listener);
  }

  async decide(term: LeaderTerm, decisions: Decisions): Promise<'written' | 'deposed'> {
    mustBeConnected(this.#client);
    const done = await this.#desk.decide(term, decisions);
    if (done === 'written') {
      this.#tidy(decisions.forgotten ?? new Set()).catch((thrown: unknown) => {
        this.#log.debug('a leader could not tidy up', { failure: failureOf(thrown) });
      });
    }
    return done;
  }

  async setDrain(node: NodeId, drain: boolean): Promise<void> {
    mustBeConnected(this.#client);
    await this.#set(entryPath(this.#places.drain, node), drain ? Buffer.alloc(0) : undefined);
  }

  async getConfig(key: string): Promise<string | undefined> {
    mustBeConnected(this.#client);
    const got = await this.#client.get(entryPath(this.#places.config, key));
    return !got.ok && got.error.code === 'NO_NODE' ? undefined : valueOf(got).data.toString();
  }

  async setConfig(key: string, value: string | undefined): Promise<void> {
    mustBeConnected(this.#client);
    const data = value === undefined ? undefined : Buffer.from(value);
    await this.#set(entryPath(this.#places.config, key), data);
  }

  watchConfig(listener: () => void): Unsubscribe {
    const config: TreeCache =
      this.#config ??
      new TreeCache(this.#client, this.#kit, {
        roots: [this.#places.config],
        onChange: () => {
          if (config.isCurrent) this.#configListeners.ring();
        },
      });
    this.#config = config;
    return this.#configListeners.add(listener);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #set(path: string, data: Buffer | undefined): Promise<void> {
    const done =
      data === undefined ? await this.#client.remove(path) : await putEntry(this.#client, path, data);
    if (data === undefined && !done.ok && done.error.code === 'NO_NODE') return;
    valueOf(done);
  }

  /**
   * Removes what forgotten nodes have left behind and, now and then, reports that nobody waits for and what nobody can
   * read. Nothing depends on it: what of this is not done now is done another time.
   */
  async #tidy(forgotten: ReadonlySet<NodeId>): Promise<void> {
    const paths = [...forgotten].flatMap((node) => [
      entryPath(this.#places.reports, node),
      entryPath(this.#places.drain, node),
    ]);
    const steps = paths.map((path) => ({ kind: 'delete', path }) as const);
    await this.#desk.tidy(this.#isTidyDue() ? [...steps, ...(await this.#leftovers())] : steps);
  }

  #isTidyDue(): boolean {
    const nowMs = this.#kit.clock.monotonicMs();
    if (nowMs - this.#tidiedAtMs < limits.zooKeeperTidyIntervalMs) return false;
    this.#tidiedAtMs = nowMs;
    return true;
  }

  async #leftovers(): Promise<readonly MultiStep[]> {
    const tables = await this.#desk.tables();
    const strays = tables.strays.map((path) => ({ path }));
    const leftovers = [...this.#copy.staleReports(tables), ...strays];
    return leftovers.slice(0, limits.zooKeeperTidyMax).map((step) => ({ kind: 'delete', ...step }));
  }

  #ringAll(): void {
    this.#viewListeners.ring();
    this.#configListeners.ring();
  }
}
