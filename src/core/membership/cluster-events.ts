import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { NodeDescription, NodeReport } from './node.ts';

/** What an onlooker saw of a cluster at one moment. */
export type ClusterSight = {
  readonly leader?: SeenLeader;
  readonly nodes: readonly NodeDescription[];
  readonly reports: ReadonlyMap<NodeId, NodeReport>;
  readonly draining: ReadonlySet<NodeId>;
};

export type SeenLeader = { readonly leader: NodeId; readonly epoch: bigint; readonly version: string };

/** Something that changed between two looks at a cluster. */
export type ClusterEvent =
  | { readonly kind: 'elected'; readonly at: Instant; readonly node: NodeId; readonly version: string }
  | { readonly kind: 'leaderless'; readonly at: Instant; readonly node: NodeId }
  | (NodeEvent & { readonly kind: 'joined' | 'left' | 'lost' | 'drained' | 'undrained' })
  /** This onlooker's own session: what happens while it is not connected, it does not see. */
  | { readonly kind: 'unseen' | 'seen'; readonly at: Instant };

type NodeEvent = {
  readonly at: Instant;
  readonly node: NodeId;
  readonly region: string;
  readonly zone: string;
  readonly version: string;
};

/** What an onlooker concludes from two looks at a cluster. A node that vanishes without having said so is lost. */
export function clusterEvents(before: ClusterSight, now: ClusterSight, at: Instant): readonly ClusterEvent[] {
  return [...leaderEvents(before.leader, now.leader, at), ...nodeEvents(before, now, at)];
}

function leaderEvents(before: SeenLeader | undefined, now: SeenLeader | undefined, at: Instant) {
  if (before?.epoch === now?.epoch && before?.leader === now?.leader) return [];
  if (now !== undefined) {
    return [{ kind: 'elected', at, node: now.leader, version: now.version }] as const;
  }
  assert(before !== undefined, 'a leader that is gone was there');
  return [{ kind: 'leaderless', at, node: before.leader }] as const;
}

function nodeEvents(before: ClusterSight, now: ClusterSight, at: Instant): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const known = new Map(before.nodes.map((node) => [node.id, node]));
  const present = new Set(now.nodes.map((node) => node.id));
  for (const [id, node] of known) {
    if (present.has(id)) continue;
    const saidSo = before.reports.get(id)?.unavailable === 'stopping';
    events.push({ kind: saidSo ? 'left' : 'lost', ...aboutNode(node, at) });
  }
  for (const node of now.nodes) {
    if (!known.has(node.id)) events.push({ kind: 'joined', ...aboutNode(node, at) });
    const [was, is] = [before.draining.has(node.id), now.draining.has(node.id)];
    if (is && !was) events.push({ kind: 'drained', ...aboutNode(node, at) });
    if (was && !is) events.push({ kind: 'undrained', ...aboutNode(node, at) });
  }
  return events;
}

function aboutNode({ id, region, zone, version }: NodeDescription, at: Instant): NodeEvent {
  return { at, node: id, region, zone, version };
}
