import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import type { MetricKey } from '../../src/core/metrics/metric.ts';
import type { LearnerPoint } from '../../src/core/thresholds/learner.ts';

/** A way to tell bad partitions from good ones by their metrics. */
export type Method = {
  readonly name: string;
  /** A judge that has seen nothing yet. */
  readonly begin: (definition: DatasetDefinition) => Judge;
  /** The score above which it alarms as it is usually set. */
  readonly usual: number;
  /**
   * Whether it is given points in time, such as the newest timestamp. They only grow: methods that look for a level would
   * alarm for ever, and nobody sets them on such metrics.
   */
  readonly takesTimes: boolean;
  /** Whether a metric's score depends on its own value alone, and not on those of other metrics in the partition. */
  readonly judgesEachAlone: boolean;
};

/** Judges partitions by those before them. */
export interface Judge {
  /** How much each metric deviates, larger is worse; metrics that are not judged are absent. Learns nothing. */
  score(point: LearnerPoint): ReadonlyMap<MetricKey, number>;
  /** Takes a clean partition in. */
  absorb(point: LearnerPoint): void;
}
