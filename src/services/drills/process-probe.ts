import type { ClusterName } from '../../base/ids.ts';
import type { TelemetryName } from '../../base/telemetry.ts';
import type { LocalCluster, LocalProcess } from '../../ports/local-cluster.ts';

/** The text that answers at an address, or undefined when none does in time. */
export type ReadText = (url: string) => Promise<string | undefined>;

/** The version that a process says it is; undefined when it does not say. */
export async function versionOf(read: ReadText, process: LocalProcess): Promise<string | undefined> {
  if (process.url === undefined) return undefined;
  const told = await read(`${process.url}/healthz`);
  return /"version":"([^"]*)"/.exec(told ?? '')?.[1];
}

/** The names of the managers that say that they lead, by cluster. A frozen one does not answer. */
export async function leadersOf(
  read: ReadText,
  cluster: LocalCluster,
): Promise<ReadonlyMap<ClusterName, string>> {
  const managers = cluster.processes().filter(({ role, state }) => role === 'manager' && state === 'ready');
  const leading = await Promise.all(
    managers.map(async (manager) => {
      const metrics = manager.url === undefined ? undefined : await read(`${manager.url}/metrics`);
      return sumOf(metrics ?? '', 'assay_manager_leader') > 0 ? manager : undefined;
    }),
  );
  const leaders = new Map<ClusterName, string>();
  for (const manager of leading) {
    if (manager?.cluster !== undefined) leaders.set(manager.cluster, manager.name);
  }
  return leaders;
}

/** The sum of a counter or gauge over all its labels, in the text format of Prometheus; 0 when it is not there. */
export function sumOf(metrics: string, name: TelemetryName): number {
  const lines = metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'));
  return lines.reduce((sum, [, value]) => sum + Number(value), 0);
}
