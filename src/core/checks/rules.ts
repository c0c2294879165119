import type { RevisionRef } from '../datasets/revision.ts';
import { isDriftMetric } from '../metrics/drift/drift-metric.ts';
import { type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import type { Result } from './result.ts';
import { resultIdOf } from './result-id.ts';

const undefinedAfter = 14;

/** A partition without rows fails. */
export function emptyPartitionResult(revision: RevisionRef, rowCount: number): Result {
  const isEmpty = rowCount === 0;
  const detail = isEmpty ? 'the partition has no rows' : 'the partition has rows';
  return {
    id: resultIdOf(revision, 'empty_partition'),
    revision,
    check: 'empty_partition',
    metric: 'row_count',
    status: isEmpty ? 'fail' : 'pass',
    value: rowCount,
    ...(isEmpty ? { severity: 1_000 } : {}),
    record: { kind: 'rule', rule: 'empty_partition', detail },
  };
}

/** Remembers for how many partitions in a row each metric has had a value. */
export class DefinedMetrics {
  readonly #runs = new Map<MetricKey, number>();

  constructor(history: MetricHistory) {
    for (const { metric, values } of history.series) {
      let run = 0;
      while (run < values.length && typeof values.at(-1 - run) === 'number') run += 1;
      this.#runs.set(metric, run);
    }
  }

  /** A failure for each metric that had a value in each of the last 14 partitions and has none now. */
  judge(revision: RevisionRef, values: readonly MetricValue[]): Result[] {
    return values.flatMap((value) => {
      const metric = metricKey(value.metric, value.column, value.segment);
      // Drift has no value when there is nothing to compare with, as after a change of type.
      if (value.value !== undefined || isDriftMetric(value.metric)) return [];
      if ((this.#runs.get(metric) ?? 0) < undefinedAfter) return [];
      return [undefinedResult(revision, metric)];
    });
  }

  /** Takes in a judged partition. */
  absorb(values: readonly MetricValue[]): void {
    for (const { metric, column, segment, value } of values) {
      const key = metricKey(metric, column, segment);
      this.#runs.set(key, value === undefined ? 0 : (this.#runs.get(key) ?? 0) + 1);
    }
  }
}

function undefinedResult(revision: RevisionRef, metric: MetricKey): Result {
  const check = `${metric}: metric_undefined`;
  const detail = `${metric} has no value now, but had one in each of the last ${undefinedAfter} partitions`;
  return {
    id: resultIdOf(revision, check),
    revision,
    check,
    metric,
    status: 'fail',
    severity: 10,
    record: { kind: 'rule', rule: 'metric_undefined', detail },
  };
}
