import { openZooKeeperCoordination } from '../adapters/zookeeper/coordination/open.ts';
import { type ClusterName, type NodeId, nodeId } from '../base/ids.ts';
import type { CommonConfig } from '../config/role-config.ts';
import type { Coordination } from '../ports/coordination.ts';
import type { Kit } from '../services/kit.ts';

/** Opens one session on the ensemble of a cluster. `deathWatch` ends it at once when this process is killed. */
export function openSession(
  kit: Kit,
  { sessionTimeoutMs, zooKeeperTls: tls }: Pick<CommonConfig, 'sessionTimeoutMs' | 'zooKeeperTls'>,
  ensemble: { readonly cluster: ClusterName; readonly connectString: string; readonly deathWatch?: boolean },
): Promise<Coordination> {
  return openZooKeeperCoordination({
    ...kit,
    ...ensemble,
    sessionTimeoutMs,
    ...(tls === undefined ? {} : { tls }),
  });
}

/** The id of a member for one session: a name for people, and chance, so that no two sessions are taken for one. */
export function memberId(kit: Kit, name: string): NodeId {
  return nodeId(`${name}-${kit.random.id()}`);
}
