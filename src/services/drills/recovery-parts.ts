import { FailureError, failure } from '../../base/errors.ts';
import type { ClusterName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LocalCluster, LocalProcess } from '../../ports/local-cluster.ts';
import type { NodeView } from '../cluster/cluster-views.ts';
import type { Kit } from '../kit.ts';
import type { ExerciseBench } from './exercise-bench.ts';
import { insist } from './insist.ts';
import { leadersOf, type ReadText } from './process-probe.ts';

/** What an experiment works with. */
export type RecoveryParts = {
  readonly kit: Pick<Kit, 'clock'>;
  readonly cluster: LocalCluster;
  readonly bench: ExerciseBench;
  /** The API, as people ask it. */
  readonly service: { nodes(cluster: ClusterName): Promise<Outcome<{ nodes: readonly NodeView[] }>> };
  readonly read: ReadText;
  /** The name of the server that leads the ZooKeeper ensemble, if one does. */
  readonly zooKeeperLeader: () => Promise<string | undefined>;
  readonly signal: AbortSignal;
};

/** Work without data goes to this cluster. */
const exercised: ClusterName = 'quality';

export async function nodesNow(
  { kit, service, signal }: RecoveryParts,
  cluster: ClusterName = exercised,
): Promise<readonly NodeView[]> {
  return (await insist(kit.clock, signal, () => service.nodes(cluster))).nodes;
}

/** Resolves when every process is ready, everybody is a member again, and one manager leads: nothing of before is left over. */
export async function untilWell(parts: RecoveryParts): Promise<readonly NodeView[]> {
  const wanted = parts.cluster
    .processes()
    .filter((process) => process.role === 'node' && process.cluster === exercised).length;
  const look = async () => {
    if (parts.cluster.processes().some(({ state }) => state !== 'ready')) return undefined;
    if ((await parts.zooKeeperLeader()) === undefined) return undefined;
    if ((await leaderNow(parts)) === undefined) return undefined;
    const nodes = await nodesNow(parts);
    return nodes.length === wanted && nodes.every(isIdle) ? nodes : undefined;
  };
  return poll(parts, 'the cluster is well', { look });
}

function isIdle({ state, tasks }: NodeView): boolean {
  return state === 'open' && tasks.length === 0;
}

export async function leaderNow({ read, cluster: processes }: RecoveryParts): Promise<string | undefined> {
  return (await leadersOf(read, processes)).get(exercised);
}

/** The process that a node runs in: its id is the process' name and a random end. */
export function processOf({ cluster: processes }: RecoveryParts, { id }: NodeView): LocalProcess {
  const found = processes.processes().find(({ name }) => id.startsWith(`${name}-`));
  if (found !== undefined) return found;
  throw new FailureError(failure('INTERNAL', `node ${id} runs in no process of this cluster`));
}

/** Looks until there is something to see, at most as long as a process may take to be well again. */
export async function poll<T>(
  { kit, signal }: { readonly kit: { readonly clock: Clock }; readonly signal: AbortSignal },
  claim: string,
  wish: { readonly look: () => Promise<T | undefined>; readonly withinMs?: number },
): Promise<T> {
  const { look, withinMs = limits.drillHealMs } = wish;
  const endMs = kit.clock.monotonicMs() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    if (kit.clock.monotonicMs() > endMs) {
      throw new FailureError(failure('INTERNAL', `not within ${withinMs / 1_000} s: ${claim}`));
    }
    await kit.clock.sleep(limits.drillHealLookMs, signal);
  }
}
