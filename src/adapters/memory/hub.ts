import type { JobId, NodeId } from '../../base/ids.ts';
import type { LiveJob } from '../../core/jobs/live.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import type { Assignment, NodeDescription, NodeReport } from '../../core/membership/node.ts';
import type { Decisions, LeaderTerm, LeaderView } from '../../ports/coordination.ts';

/** Who owns ephemeral entries: they vanish with it. */
export type Owner = { readonly connected: boolean };

/** A candidacy in the order of election. */
export type Contender = {
  readonly owner: Owner;
  readonly view: LeaderView;
  /** Called when it may lead now, or must not any more; repeats mean nothing. */
  readonly onTurn: (leads: boolean) => void;
};

/** What the sessions of one cluster share: the place that a ZooKeeper ensemble takes in a real cluster. */
export class ClusterHub {
  readonly #nodes = new Map<NodeId, { readonly node: NodeDescription; readonly owner: Owner }>();
  readonly #reports = new Map<NodeId, NodeReport>();
  readonly #work = new Map<NodeId, readonly Assignment[]>();
  readonly #jobs = new Map<JobId, LiveJob>();
  readonly #draining = new Set<NodeId>();
  readonly #contenders: Contender[] = [];
  readonly #viewListeners = new Set<() => void>();
  readonly #workListeners = new Map<NodeId, Set<() => void>>();

  view(): ClusterView {
    return {
      nodes: Array.from(this.#nodes.values(), (member) => member.node),
      reports: new Map(this.#reports),
      work: new Map(this.#work),
      jobs: new Map(this.#jobs),
      draining: new Set(this.#draining),
    };
  }

  leader(): LeaderView | undefined {
    return this.#contenders[0]?.view;
  }

  /** Writes decisions if `term` is the leader's. */
  decide(term: LeaderTerm, decisions: Decisions): boolean {
    const leader = this.leader();
    if (leader?.epoch !== term.epoch || leader.leader !== term.leader) return false;
    for (const [id, job] of decisions.jobs) {
      if (job === undefined) this.#jobs.delete(id);
      else this.#jobs.set(id, job);
    }
    for (const [node, list] of decisions.work) this.#setWork(node, list);
    for (const node of decisions.forgotten ?? []) {
      this.#reports.delete(node);
      this.#draining.delete(node);
    }
    this.#changed();
    for (const node of decisions.work.keys()) this.#call(this.#workListeners.get(node));
    return true;
  }

  #setWork(node: NodeId, list: readonly Assignment[]): void {
    if (list.length > 0) this.#work.set(node, list);
    else {
      this.#work.delete(node);
      if (!this.#nodes.has(node)) this.#reports.delete(node);
    }
  }

  work(node: NodeId): readonly Assignment[] {
    return this.#work.get(node) ?? [];
  }

  join(node: NodeDescription, owner: Owner): void {
    this.#nodes.set(node.id, { node, owner });
    this.#changed();
  }

  isMember(node: NodeId, owner: Owner): boolean {
    return this.#nodes.get(node)?.owner === owner;
  }

  report(report: NodeReport): void {
    this.#reports.set(report.node, report);
    this.#changed();
  }

  leave(node: NodeId, owner: Owner): void {
    if (!this.isMember(node, owner)) return;
    this.#nodes.delete(node);
    // A lost node's last report tells the leader what it ran: it stays until its work is taken away.
    if (!this.#work.has(node)) this.#reports.delete(node);
    this.#changed();
  }

  setDrain(node: NodeId, drain: boolean): void {
    if (drain) this.#draining.add(node);
    else this.#draining.delete(node);
    this.#changed();
  }

  stand(contender: Contender): void {
    this.#contenders.push(contender);
    this.elect();
  }

  withdraw(contender: Contender): void {
    const at = this.#contenders.indexOf(contender);
    if (at >= 0) this.#contenders.splice(at, 1);
    contender.onTurn(false);
    this.elect();
  }

  /** Tells the first contender that it leads, if it is there to hear it. */
  elect(): void {
    const first = this.#contenders[0];
    if (first?.owner.connected === true) first.onTurn(true);
  }

  /** Everything ephemeral of an owner vanishes, as at the end of its session. */
  forget(owner: Owner): void {
    for (const [id, member] of this.#nodes) if (member.owner === owner) this.leave(id, owner);
    for (const contender of this.#contenders.filter((each) => each.owner === owner)) this.withdraw(contender);
    this.elect();
  }

  /** Steps down all of an owner's contenders that lead, without taking them out of the order. */
  suspend(owner: Owner): void {
    for (const contender of this.#contenders) if (contender.owner === owner) contender.onTurn(false);
  }

  watchView(listener: () => void): () => void {
    this.#viewListeners.add(listener);
    return () => this.#viewListeners.delete(listener);
  }

  watchWork(node: NodeId, listener: () => void): () => void {
    const listeners = this.#workListeners.get(node) ?? new Set();
    this.#workListeners.set(node, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#workListeners.delete(node);
    };
  }

  #changed(): void {
    this.#call(this.#viewListeners);
  }

  #call(listeners: Iterable<() => void> | undefined): void {
    for (const listener of listeners ?? []) listener();
  }
}
