import type { JobId, NodeId } from '../../base/ids.ts';
import type { LiveJob } from '../jobs/live.ts';
import type { Assignment, NodeDescription, NodeReport } from './node.ts';

/** Everything that the leader of one cluster decides from, as it stood at one moment. */
export type ClusterView = {
  readonly nodes: readonly NodeDescription[];
  readonly reports: ReadonlyMap<NodeId, NodeReport>;
  readonly work: ReadonlyMap<NodeId, readonly Assignment[]>;
  readonly jobs: ReadonlyMap<JobId, LiveJob>;
  readonly draining: ReadonlySet<NodeId>;
};
