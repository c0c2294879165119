import type { PartitionKey } from '../../base/ids.ts';
import type { Direction } from '../checks/definition.ts';
import type { MetricScale } from '../metrics/metric.ts';
import type { Side, SideBar } from './bar.ts';

/**
 * The band record of a learned threshold: the figures from which the verdict is recomputed bit for bit, and why.
 * Notation of `docs/thresholds.md` (after "Candidate algorithm", 2.2–2.12).
 */
export type LearnedRecord =
  /** Too little history: measured, not judged. */
  | { readonly state: 'learning'; readonly history: number; readonly needed: number }
  /** Judged by a forecast with a scale. */
  | {
      readonly state: 'banded';
      readonly model: string;
      readonly transform: 'identity' | 'log' | 'arcsine';
      /** On the transformed scale. */
      readonly prediction: number;
      readonly scale: number;
      readonly floor: number;
      /** How many `spread`s the band reaches above the forecast, all factors included. */
      readonly bar: number;
      readonly spread: number;
      readonly history: number;
      /** The quantile at the budget's level and the largest past deviation, above the forecast. */
      readonly quantile: number;
      readonly recordZ: number;
      /** `bar`, `quantile` and `recordZ` below the forecast; in older records they are the same on both sides. */
      readonly below?: SideBar;
      /** The controller's factor and the sensitivity's. */
      readonly lambda: number;
      readonly sensitivity: number;
      /** The smallest deviation from the expected value that may alarm, in the metric's own unit. */
      readonly minimumEffect: number;
      /** In the metric's own unit. */
      readonly expected: number;
      readonly lower: number;
      readonly upper: number;
      readonly trainedFrom: PartitionKey;
      readonly trainedTo: PartitionKey;
      readonly excluded: readonly PartitionKey[];
      /** The kind of day by whose past the forecast was made; absent on an ordinary one. */
      readonly specialDay?: string;
      /** What else the figures follow from; older records lack it. */
      readonly basis?: BandBasis;
    }
  /** A metric that has not changed: any change is judged by how often it changed before. */
  | {
      readonly state: 'constant';
      readonly constant: number;
      readonly history: number;
      readonly pastChanges: number;
      readonly lower: number;
      readonly upper: number;
      readonly trainedFrom: PartitionKey;
      readonly trainedTo: PartitionKey;
      readonly basis?: ConstantBasis;
    }
  /** The third deviation of one sign in a row: a new level, re-learned from here on. */
  | { readonly state: 'new_level'; readonly expected: number; readonly history: number };

/** With the record's own figures, all that its verdict is computed from. */
export type BandBasis = {
  readonly metricScale: MetricScale;
  /** Which side alarms; the band has both. */
  readonly direction: Direction;
  /** Rows behind the judged value. */
  readonly rows: number;
  /** How many past errors of the chosen forecast there were. */
  readonly errors: number;
  /** Bands of young metrics are this much wider. */
  readonly coldFactor: number;
};

/** What the verdict on a formerly constant metric is computed from. */
export type ConstantBasis = {
  readonly metricScale: MetricScale;
  readonly direction: Direction;
  readonly rows: number;
};

/** How far a band reaches to one side, and why. */
export function sideBar(learned: Extract<LearnedRecord, { state: 'banded' }>, side: Side): SideBar {
  const { bar, quantile, recordZ } = (side === 'below' ? learned.below : undefined) ?? learned;
  return { bar, quantile, recordZ };
}
