import { limits } from '../../base/limits.ts';
import type { RetryRules } from '../jobs/task-state.ts';

/** The figures that placement decides by. */
export type PlacementRules = RetryRules & {
  readonly prefetchPerNodeMax: number;
  readonly prefetchTaskMsMax: number;
  /** How long absent nodes are waited for when many are absent at once, and how long a node may be silent. */
  readonly sessionTimeoutMs: number;
  readonly timeoutNetMs: number;
  readonly startNetMs: number;
  readonly silenceNetMs: number;
};

/** The rules of a cluster with the default limits. */
export const placementRules: PlacementRules = limits;
