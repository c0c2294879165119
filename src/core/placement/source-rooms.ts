import type { NodeId, SourceName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { TaskSource, TaskSpec } from '../jobs/task.ts';
import type { ClusterView } from '../membership/cluster-view.ts';
import type { SourceReport } from '../membership/node.ts';

/** The source that a task reads, if it is one that can be overloaded. */
export function sourceOf(spec: TaskSpec): TaskSource | undefined {
  return spec.kind === 'lookup' || spec.kind === 'ingest' ? spec.source : undefined;
}

/**
 * How many tasks of each source may be with the nodes of a cluster at once, by what the nodes say of it. Each node learns for
 * itself; of a limit that all together keep, the first call is common to all, so that it can shrink to one.
 */
export class SourceRooms {
  readonly #reports = new Map<SourceName, Map<NodeId, SourceReport>>();
  /** Asked for once for every task that waits. */
  readonly #limits = new Map<SourceName, number>();
  readonly #shareMax: number;

  constructor({ nodes, reports }: Pick<ClusterView, 'nodes' | 'reports'>) {
    const slots = nodes.reduce((sum, node) => sum + node.slots, 0);
    this.#shareMax = Math.max(1, Math.ceil(slots * limits.sourceSlotsShare));
    for (const { id } of nodes) {
      for (const source of reports.get(id)?.sources ?? []) {
        const ofSource = this.#reports.get(source.name) ?? new Map<NodeId, SourceReport>();
        this.#reports.set(source.name, ofSource.set(id, source));
      }
    }
  }

  /** Tasks of a source with all nodes together. */
  inCluster({ name, concurrencyMax = limits.sourceConcurrencyMax }: TaskSource): number {
    const limit = this.#limits.get(name) ?? this.#limitOf(name);
    this.#limits.set(name, limit);
    return Math.min(limit, concurrencyMax);
  }

  #limitOf(name: SourceName): number {
    const known = [...(this.#reports.get(name)?.values() ?? [])];
    return Math.min(learnedLimit(known), this.#shareMax, ...known.map((each) => each.ceiling));
  }

  /** Tasks of a source with one node: none while it finds the source broken. */
  onNode(node: NodeId, { name }: TaskSource): number {
    const known = this.#reports.get(name)?.get(node);
    return known?.limit ?? limits.sourceConcurrencyInitial;
  }
}

function learnedLimit(known: readonly SourceReport[]): number {
  if (known.length === 0) return limits.sourceConcurrencyInitial;
  const well = known.filter((each) => each.state === 'closed');
  // Nobody finds it well: a single probe, as soon as somebody is ready for one; and after long those who are to be told.
  if (well.length === 0) return Math.max(...known.map((each) => each.limit));
  return well.reduce((sum, each) => sum + each.limit - 1, 1);
}
