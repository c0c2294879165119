import type { ClusterName, NodeId } from '../../base/ids.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import type { Reconciled } from '../../core/placement/reconcile.ts';
import type { Kit } from '../kit.ts';

/** Logs what operators must know of a cluster when it begins to be so, and not again while it lasts. */
export class StandingRemarks {
  readonly #kit: Kit;
  readonly #cluster: ClusterName;
  #standing: ReadonlySet<string> = new Set();

  constructor(kit: Kit, cluster: ClusterName) {
    this.#kit = kit;
    this.#cluster = cluster;
  }

  /** After a tick that was decided from `view`. */
  tick(view: ClusterView, decided: Pick<Reconciled, 'work' | 'unserved'>): void {
    const standing = new Set<string>();
    const remark = (about: string, log: () => void) => {
      standing.add(about);
      if (!this.#standing.has(about)) log();
    };
    const cluster = this.#cluster;
    const { log } = this.#kit;
    for (const kind of decided.unserved) {
      remark(`unserved ${kind}`, () =>
        log.warn('tasks wait for a node that can do their kind', { cluster, kind }),
      );
    }
    for (const { id } of view.nodes) {
      if (view.reports.get(id)?.unavailable === 'overloaded') {
        remark(`overloaded ${id}`, () => log.warn('a data node is overloaded', { cluster, node: id }));
      }
      if (isDrained(id, view, decided)) {
        remark(`drained ${id}`, () =>
          log.info('a data node is drained: it may be stopped', { cluster, node: id }),
        );
      }
    }
    if (view.nodes.length > 0 && view.nodes.every(({ id }) => view.draining.has(id))) {
      remark('all drain', () =>
        log.warn('all data nodes of a cluster drain: nothing starts there', { cluster }),
      );
    }
    this.#standing = standing;
  }
}

function isDrained(node: NodeId, view: ClusterView, decided: Pick<Reconciled, 'work'>): boolean {
  const work = decided.work.get(node) ?? view.work.get(node) ?? [];
  return view.draining.has(node) && work.length === 0;
}
