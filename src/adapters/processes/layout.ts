import type { ClusterName } from '../../base/ids.ts';
import type { LocalRole } from '../../ports/local-cluster.ts';

/** A process of Assay's own in the cluster. */
export type Member = {
  readonly name: string;
  readonly role: Exclude<LocalRole, 'zookeeper' | 'postgres'>;
  readonly cluster?: ClusterName;
  readonly zone: string;
};

const clusters: readonly ClusterName[] = ['ingestion', 'quality'];

/** The members that a cluster starts with, each kind spread over the zones in turn. */
export function membersOf(options: {
  readonly nodesPerCluster: number;
  readonly managersPerCluster: number;
  readonly zones: readonly string[];
}): readonly Member[] {
  const { zones } = options;
  const zoneOf = (place: number): string => zones[place % zones.length] ?? '';
  const managers = clusters.flatMap((cluster, offset) =>
    counted(options.managersPerCluster).map((place): Member => {
      const name = `manager-${cluster}-${place + 1}`;
      return { name, role: 'manager', cluster, zone: zoneOf(place + offset) };
    }),
  );
  const nodes = clusters.flatMap((cluster) =>
    counted(options.nodesPerCluster).map((place): Member => {
      const zone = zoneOf(place);
      const name = nodeName(cluster, zone, Math.floor(place / zones.length) + 1);
      return { name, role: 'node', cluster, zone };
    }),
  );
  return [
    { name: 'api-1', role: 'api', zone: zoneOf(0) },
    { name: 'scheduler-1', role: 'scheduler', zone: zoneOf(1) },
    ...managers,
    ...nodes,
  ];
}

/** `node-quality-a1`: the first node of that cluster in zone `a`. */
export function nodeName(cluster: ClusterName, zone: string, number: number): string {
  const separator = /\d$/.test(zone) ? '-' : '';
  return `node-${cluster}-${zone}${separator}${number}`;
}

function counted(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
