import type { ClusterName, NodeId, TaskId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import type { LiveJob, LiveTask } from '../../core/jobs/live.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import type { NodeDescription, NodeReport } from '../../core/membership/node.ts';
import type { Notice } from '../../core/placement/draft.ts';
import type { Reconciled } from '../../core/placement/reconcile.ts';
import type { Telemetry } from '../../ports/telemetry.ts';

/** A tick of the leader as the meter needs it. */
export type MeteredTick = {
  /** As it was read, before this tick's decisions. */
  readonly view: ClusterView;
  readonly decided: Reconciled;
  /** By the leader's own clock. */
  readonly now: Instant;
};

/** A task on its way to another node. `heardAt`: the last sign of the node that was lost with it. */
type Move = { readonly from: NodeId; readonly cause: MoveCause; readonly heardAt?: Instant };

type MoveCause = 'lost' | 'leave' | 'balance' | 'failure';

/**
 * What takes a leader more than one tick to see: who came and went, how long the work of a lost node rested, how soon a
 * new node worked. All times are of the leader's own clock; what happened before its first tick it does not know, and
 * does not count.
 */
export class ChangeMeter {
  readonly #telemetry: Telemetry;
  readonly #cluster: ClusterName;
  #before: MeteredTick | undefined;
  readonly #moves = new Map<TaskId, Move>();
  /** Tasks of lost nodes that were given away and of which no sign has come yet. */
  readonly #returning = new Map<TaskId, { readonly to: NodeId; readonly heardAt: Instant }>();
  /** Nodes that have joined while work was waiting, and have begun nothing yet. */
  readonly #fresh = new Map<NodeId, Instant>();

  constructor(telemetry: Telemetry, cluster: ClusterName) {
    this.#telemetry = telemetry;
    this.#cluster = cluster;
  }

  /** After a tick whose decisions were written. */
  tick(tick: MeteredTick): void {
    this.#members(tick);
    for (const notice of tick.decided.notices) this.#note(notice, tick);
    this.#returned(tick);
    this.#begun(tick);
    this.#before = tick;
  }

  #members({ view, now }: MeteredTick): void {
    const before = this.#before;
    if (before === undefined) return;
    const cluster = this.#cluster;
    const members = new Set(view.nodes.map(({ id }) => id));
    const known = new Set(before.view.nodes.map(({ id }) => id));
    for (const id of members) {
      if (known.has(id)) continue;
      this.#telemetry.count('assay_nodes_joined_total', { cluster });
      if (isAnyoneWaiting(view.jobs.values(), before.view.nodes)) this.#fresh.set(id, now);
    }
    for (const id of known) {
      if (members.has(id)) continue;
      const how = before.view.reports.get(id)?.unavailable === 'stopping' ? 'stopped' : 'lost';
      this.#telemetry.count('assay_nodes_left_total', { cluster, how });
      this.#fresh.delete(id);
    }
  }

  #note(notice: Notice, tick: MeteredTick): void {
    switch (notice.kind) {
      case 'node_lost': {
        const heardAt = this.#heardAt(notice.node);
        if (heardAt !== undefined) this.#recovery('detected', tick.now - heardAt);
        break;
      }
      case 'retried':
        this.#moves.set(notice.id, this.#moveOf(notice, tick));
        this.#returning.delete(notice.id);
        break;
      case 'assigned':
        this.#assigned(notice, tick);
        break;
      case 'ended':
        this.#moves.delete(notice.id);
        this.#ended(notice.id, tick);
        break;
      // The first copy is still where it was.
      case 'copied':
      case 'copy_ended':
        break;
    }
    // Jobs that others removed leave without an end: what is left of them must not grow.
    if (this.#moves.size > limits.liveTasksMax) this.#moves.clear();
    if (this.#returning.size > limits.liveTasksMax) this.#returning.clear();
  }

  #moveOf({ from, reason }: Extract<Notice, { kind: 'retried' }>, { view, decided }: MeteredTick): Move {
    const isLost = decided.notices.some((other) => other.kind === 'node_lost' && other.node === from);
    if (isLost) {
      const heardAt = this.#heardAt(from);
      return { from, cause: 'lost', ...(heardAt === undefined ? {} : { heardAt }) };
    }
    if (reason !== 'released') return { from, cause: 'failure' };
    const leaves = view.draining.has(from) || view.reports.get(from)?.unavailable === 'stopping';
    return { from, cause: leaves ? 'leave' : 'balance' };
  }

  #assigned({ id, task, to }: Extract<Notice, { kind: 'assigned' }>, { now }: MeteredTick): void {
    const move = this.#moves.get(id);
    if (move === undefined) return;
    this.#moves.delete(id);
    if (move.heardAt !== undefined) {
      this.#recovery('reassigned', now - move.heardAt);
      this.#returning.set(id, { to, heardAt: move.heardAt });
    }
    if (move.from === to) return;
    const cause = move.cause === 'balance' && this.#fresh.has(to) ? 'join' : move.cause;
    this.#telemetry.count('assay_task_reassignments_total', { kind: task, cause });
  }

  #ended(id: TaskId, { now }: MeteredTick): void {
    const returning = this.#returning.get(id);
    if (returning === undefined) return;
    this.#returning.delete(id);
    this.#recovery('running', now - returning.heardAt);
  }

  #returned({ view, now }: MeteredTick): void {
    for (const [id, { to, heardAt }] of this.#returning) {
      if (view.reports.get(to)?.running.some((each) => each.task === id) !== true) continue;
      this.#returning.delete(id);
      this.#recovery('running', now - heardAt);
    }
  }

  #begun({ view, now }: MeteredTick): void {
    for (const [id, joinedAt] of this.#fresh) {
      const report = view.reports.get(id);
      if (report === undefined || !hasBegun(report)) continue;
      this.#fresh.delete(id);
      this.#observe('assay_node_scale_up_seconds', now - joinedAt, {});
    }
  }

  /** The last sign of a node that this leader has had before this tick. */
  #heardAt(node: NodeId): Instant | undefined {
    return this.#before?.decided.memory.heard.get(node)?.since;
  }

  #recovery(step: 'detected' | 'reassigned' | 'running', tookMs: number): void {
    this.#observe('assay_recovery_seconds', tookMs, { step });
  }

  #observe(
    name: 'assay_recovery_seconds' | 'assay_node_scale_up_seconds',
    tookMs: number,
    labels: { step?: string },
  ): void {
    this.#telemetry.observe(name, Math.max(0, tookMs) / 1_000, { cluster: this.#cluster, ...labels });
  }
}

function hasBegun(report: NodeReport): boolean {
  return report.running.length > 0 || report.ended.some(({ end }) => end.kind !== 'released');
}

/** Whether there are more tasks than slots: some wait for one, or in front of a node. */
function isAnyoneWaiting(jobs: Iterable<LiveJob>, nodes: readonly NodeDescription[]): boolean {
  const slots = nodes.reduce((sum, node) => sum + node.slots, 0);
  let ready = 0;
  for (const job of jobs) ready += job.tasks.filter(({ state }) => isReady(state)).length;
  return ready > slots;
}

function isReady({ state }: LiveTask['state']): boolean {
  return state !== 'blocked' && state !== 'ended';
}
