import { limits } from '../../base/limits.ts';
import type { RetryRules } from '../jobs/task-state.ts';

/** The figures that placement decides by. */
export type PlacementRules = RetryRules & {
  readonly prefetchPerNodeMin: number;
  readonly prefetchPerNodeMax: number;
  readonly prefetchHorizonMs: number;
  readonly prefetchTaskMsMax: number;
  /** How long absent nodes are waited for when many are absent at once. */
  readonly sessionTimeoutMs: number;
  readonly suspectMs: number;
  readonly copyTaskMsMin: number;
  readonly forgetNodeMs: number;
  readonly timeoutNetMs: number;
  readonly startNetMs: number;
  readonly silenceNetMs: number;
};

/** The rules of a cluster with the default limits. */
export const placementRules: PlacementRules = limits;
