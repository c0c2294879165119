import type { Failure } from '../../base/errors.ts';
import type { NodeId, SourceName } from '../../base/ids.ts';
import type { ClusterView } from '../../core/membership/cluster-view.ts';
import type { SourceReport } from '../../core/membership/node.ts';
import { SourceRooms } from '../../core/placement/source-rooms.ts';
import type { SourceUse, SourceUseStore } from '../../ports/source-use.ts';
import type { ClusterWatch } from '../cluster/cluster-watch.ts';
import type { Kit } from '../kit.ts';
import { dayOf } from './source-guard.ts';

/** A source for people, as the nodes of the ingestion cluster know it. */
export type SourceView = {
  readonly name: SourceName;
  /** `idle`: no node has asked it lately. `half_open`: the next call is a probe. */
  readonly state: SourceReport['state'] | 'idle';
  /** Tasks at once in the whole cluster. */
  readonly limit: number;
  readonly running: number;
  readonly latencyMs?: number;
  /** Until the next probe. */
  readonly retryInMs?: number;
  readonly lastFailure?: Pick<Failure, 'code' | 'message'>;
  readonly nodes: readonly (Omit<SourceReport, 'name'> & { readonly node: NodeId })[];
  /** What it has given to all of them since midnight UTC. */
  readonly today: SourceUse;
};

/** The sources that were asked lately: how they do, and what they gave today. */
export class Sources {
  readonly #kit: Kit;
  readonly #parts: { readonly clusters: Pick<ClusterWatch, 'seen'>; readonly uses: SourceUseStore };

  constructor(
    kit: Kit,
    parts: { readonly clusters: Pick<ClusterWatch, 'seen'>; readonly uses: SourceUseStore },
  ) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /** All of them, by name. */
  async list(): Promise<readonly SourceView[]> {
    const today = await this.#parts.uses.used(dayOf(this.#kit.clock.now()));
    const seen = await this.#parts.clusters.seen('ingestion');
    return sourceViews(seen?.view ?? { nodes: [], reports: new Map() }, today);
  }
}

const nothing: SourceUse = { calls: 0, bytes: 0, busyMs: 0 };

/** What the reports of nodes and today's use say of each source. */
function sourceViews(
  view: Pick<ClusterView, 'nodes' | 'reports'>,
  today: ReadonlyMap<SourceName, SourceUse>,
): readonly SourceView[] {
  const byName = new Map<SourceName, SourceView['nodes'][number][]>();
  for (const name of today.keys()) byName.set(name, []);
  for (const { id: node } of view.nodes) {
    for (const { name, ...report } of view.reports.get(node)?.sources ?? []) {
      byName.set(name, [...(byName.get(name) ?? []), { node, ...report }]);
    }
  }
  const rooms = new SourceRooms(view);
  return [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, nodes]) => ({
      ...summaryOf(nodes),
      name,
      limit: rooms.inCluster({ name }),
      nodes,
      today: today.get(name) ?? nothing,
    }));
}

function summaryOf(nodes: SourceView['nodes']): Omit<SourceView, 'name' | 'limit' | 'nodes' | 'today'> {
  const latencies = nodes.flatMap(({ latencyMs }) => latencyMs ?? []);
  const waits = nodes.flatMap(({ retryInMs }) => retryInMs ?? []);
  const lastFailure = nodes.find((each) => each.lastFailure !== undefined)?.lastFailure;
  const state = stateOf(nodes);
  return {
    state,
    running: nodes.reduce((sum, each) => sum + each.running, 0),
    ...(latencies.length === 0 ? {} : { latencyMs: Math.round(mean(latencies)) }),
    ...(state === 'open' && waits.length > 0 ? { retryInMs: Math.min(...waits) } : {}),
    ...(lastFailure === undefined ? {} : { lastFailure }),
  };
}

/** Well for the cluster while one node finds it well. */
function stateOf(nodes: SourceView['nodes']): SourceView['state'] {
  const states = nodes.map(({ state }) => state);
  if (states.length === 0) return 'idle';
  if (states.includes('closed')) return 'closed';
  return states.includes('half_open') ? 'half_open' : 'open';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
