import type { PartitionKey } from '../../src/base/ids.ts';
import type { Schema } from '../../src/core/datasets/schema.ts';
import type { MetricKey, MetricScale } from '../../src/core/metrics/metric.ts';
import type { LearnerMetric } from '../../src/core/thresholds/learner.ts';

/** All metrics of a partition of a stream, clean and with each error. */
export type PartitionVectors = {
  readonly key: PartitionKey;
  /** Of all its vectors, in the order of the metrics' first appearance. */
  readonly metrics: readonly VectorMetric[];
  readonly schemas: readonly Schema[];
  readonly clean: MetricVector;
  readonly tests: readonly TestVector[];
};

/** A metric's key, and what it consists of. */
export type VectorMetric = {
  readonly key: MetricKey;
  readonly metric: string;
  readonly column?: string;
  readonly segment?: string;
  readonly scale: MetricScale;
};

/** The metrics of one table: by the places of `metrics`. */
export type MetricVector = {
  readonly rowCount: number;
  /** The place of its schema. */
  readonly schema: number;
  /** NaN where a metric has no value. */
  readonly values: Float64Array;
  /** The checks that alarm by rule, whatever a method says, with their severity. */
  readonly rules: ReadonlyMap<string, number>;
  /** Rows behind each value; −1 where the table has no such metric. */
  readonly rows: Float64Array;
};

export type TestVector = {
  readonly id: string;
  readonly column: string;
  readonly began?: number;
  readonly vector: MetricVector;
};

/** The metrics of a vector as a learner takes them. */
export function metricsOf(
  { metrics }: Pick<PartitionVectors, 'metrics'>,
  { values, rows }: MetricVector,
): LearnerMetric[] {
  return metrics.flatMap(({ key, scale }, at) => {
    const [value = Number.NaN, behind = -1] = [values[at], rows[at]];
    if (behind < 0) return [];
    return [{ metric: key, scale, value: Number.isNaN(value) ? null : value, rows: behind }];
  });
}
