import type { Direction, Sensitivity } from '../checks/definition.ts';

/** How one metric is to be judged. */
export type MetricRule = {
  /** False: measured, but not judged and not learned from. */
  readonly enabled: boolean;
  readonly direction: Direction;
  readonly sensitivity: Sensitivity;
};

/** A metric that nobody said anything about. */
export const defaultMetricRule: MetricRule = { enabled: true, direction: 'both', sensitivity: 'medium' };
