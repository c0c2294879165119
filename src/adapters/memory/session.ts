import { assert } from '../../base/assert.ts';
import { FailureError, failure } from '../../base/errors.ts';
import type { ClusterName, NodeId } from '../../base/ids.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import type { NodeDescription } from '../../core/membership/node.ts';
import type {
  Candidacy,
  Candidate,
  Decisions,
  LeaderTerm,
  LeaderView,
  NodeMembership,
  SessionState,
  Unsubscribe,
} from '../../ports/coordination.ts';
import type { LocalCoordinationSession, Shared } from './coordination.ts';
import type { ClusterHub, Contender, Owner } from './hub.ts';

/** One session of the in-process coordination. */
export class LocalSession implements LocalCoordinationSession {
  readonly cluster: ClusterName;
  readonly sessionTimeoutMs: number;
  readonly #hub: ClusterHub;
  readonly #shared: Shared;
  readonly #owner: Owner;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = 'connected';
  /** The monotonic time at which the connection was lost. */
  #lostAtMs = 0;
  #lapsed = false;
  #outage: AbortController | undefined;

  constructor(cluster: ClusterName, hub: ClusterHub, shared: Shared) {
    this.cluster = cluster;
    this.sessionTimeoutMs = shared.sessionTimeoutMs;
    this.#hub = hub;
    this.#shared = shared;
    const isConnected = () => this.#state === 'connected';
    this.#owner = {
      get connected() {
        return isConnected();
      },
    };
  }

  state(): SessionState {
    return this.#state;
  }

  lastReplyAgeMs(): number {
    return this.#state === 'connected' ? 0 : this.#shared.clock.monotonicMs() - this.#lostAtMs;
  }

  async campaign(candidate: Candidate): Promise<Candidacy> {
    this.#mustAnswer();
    const epoch = this.#shared.nextEpoch();
    const view = { leader: candidate.id, epoch, version: candidate.version };
    const contender: Contender = { owner: this.#owner, view, onTurn: turns(candidate, view) };
    this.#hub.stand(contender);
    return {
      withdraw: async () => {
        this.#hub.withdraw(contender);
      },
    };
  }

  async leader(): Promise<LeaderView | undefined> {
    this.#mustAnswer();
    return this.#hub.leader();
  }

  async join(node: NodeDescription): Promise<NodeMembership> {
    this.#mustAnswer();
    this.#hub.join(node, this.#owner);
    return {
      work: async () => {
        this.#mustAnswer();
        return this.#hub.work(node.id);
      },
      watchWork: (listener) => this.#watch(listener, (call) => this.#hub.watchWork(node.id, call)),
      report: async (report) => {
        this.#mustAnswer();
        assert(report.node === node.id, `node ${node.id} reports as ${report.node}`);
        if (this.#hub.isMember(node.id, this.#owner)) this.#hub.report(report);
      },
      leave: async () => {
        this.#mustAnswer();
        this.#hub.leave(node.id, this.#owner);
      },
    };
  }

  async view(): Promise<ClusterView> {
    this.#mustAnswer();
    return this.#hub.view();
  }

  watchView(listener: () => void): Unsubscribe {
    return this.#watch(listener, (call) => this.#hub.watchView(call));
  }

  async decide(term: LeaderTerm, decisions: Decisions): Promise<'written' | 'deposed'> {
    this.#mustAnswer();
    return this.#hub.decide(term, decisions) ? 'written' : 'deposed';
  }

  async setDrain(node: NodeId, drain: boolean): Promise<void> {
    this.#mustAnswer();
    this.#hub.setDrain(node, drain);
  }

  async getConfig(key: string): Promise<string | undefined> {
    this.#mustAnswer();
    return this.#shared.config.get(key);
  }

  async setConfig(key: string, value: string | undefined): Promise<void> {
    this.#mustAnswer();
    if (value === undefined) this.#shared.config.delete(key);
    else this.#shared.config.set(key, value);
    for (const listener of this.#shared.configListeners) listener();
  }

  watchConfig(listener: () => void): Unsubscribe {
    return this.#watch(listener, (call) => {
      this.#shared.configListeners.add(call);
      return () => this.#shared.configListeners.delete(call);
    });
  }

  async close(): Promise<void> {
    this.#end('closed');
  }

  suspend(): void {
    if (this.#state !== 'connected') return;
    this.#lose('suspended');
    this.#hub.suspend(this.#owner);
    this.#outage = new AbortController();
    void this.#lapseLater(this.#outage.signal);
  }

  resume(): void {
    if (this.#state !== 'suspended') return;
    this.#outage?.abort();
    this.#state = this.#lapsed ? 'expired' : 'connected';
    if (this.#state === 'connected') this.#hub.elect();
    for (const listener of this.#listeners) listener();
  }

  expire(): void {
    this.#end('expired');
  }

  /** The ensemble ends the session although this process, cut off, can not know. */
  async #lapseLater(signal: AbortSignal): Promise<void> {
    await this.#shared.clock.sleep(this.sessionTimeoutMs, signal);
    if (signal.aborted || this.#state !== 'suspended') return;
    this.#lapsed = true;
    this.#hub.forget(this.#owner);
  }

  #end(state: 'expired' | 'closed'): void {
    if (this.#state === 'expired' || this.#state === 'closed') return;
    this.#outage?.abort();
    this.#lose(state);
    this.#hub.forget(this.#owner);
    for (const listener of this.#listeners) listener();
  }

  #lose(state: SessionState): void {
    if (this.#state === 'connected') this.#lostAtMs = this.#shared.clock.monotonicMs();
    this.#state = state;
  }

  #mustAnswer(): void {
    if (this.#state === 'connected') return;
    throw new FailureError(failure('COORDINATION_LOST', `The coordination session is ${this.#state}`));
  }

  /** Calls `listener` soon after a change, once for all changes of a moment, and never while the session is cut off. */
  #watch(listener: () => void, subscribe: (call: () => void) => () => void): Unsubscribe {
    let pending = false;
    let stopped = false;
    const call = () => {
      if (pending || this.#state === 'suspended') return;
      pending = true;
      queueMicrotask(() => {
        pending = false;
        if (!stopped) listener();
      });
    };
    const unsubscribe = subscribe(call);
    this.#listeners.add(call);
    return () => {
      stopped = true;
      unsubscribe();
      this.#listeners.delete(call);
    };
  }
}

/** Turns repeated news into alternating calls: elected soon after, deposed at once. */
function turns(candidate: Candidate, term: LeaderTerm): (leads: boolean) => void {
  let leads = false;
  let told = false;
  return (now) => {
    leads = now;
    if (!now && told) {
      told = false;
      candidate.onDeposed();
      return;
    }
    queueMicrotask(() => {
      if (!leads || told) return;
      told = true;
      candidate.onElected({ leader: term.leader, epoch: term.epoch });
    });
  };
}
