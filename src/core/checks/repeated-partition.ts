import type { PartitionKey } from '../../base/ids.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { Schema } from '../datasets/schema.ts';
import { isDriftMetric } from '../metrics/drift/drift-metric.ts';
import { type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import type { Result } from './result.ts';
import { resultIdOf } from './result-id.ts';

/** Partitions that are compared, and how many of them there must be. */
const comparedMax = 31;
const comparedMin = 14;
/** One that repeats another is an accident, two are a habit of the dataset. */
const repeatsMax = 1;
/** Fewer rows, or fewer metrics that move at all, may agree by chance. */
const rowsMin = 20;
const movingMin = 5;

type Known = { readonly key: PartitionKey; readonly values: ReadonlyMap<MetricKey, number> };

/**
 * Notices a partition that brings the rows of an earlier one again, as a job does that ran on yesterday's input: every
 * metric of its columns has the same value. Columns of dates and timestamps are left out, since a stale copy often
 * carries the new date. Datasets that repeat themselves by nature, such as a table of countries that is published every
 * day, are not judged.
 */
export class RepeatedPartitions {
  #known: Known[] = [];

  constructor(history: MetricHistory) {
    const from = Math.max(0, history.partitions.length - comparedMax);
    this.#known = history.partitions.slice(from).map(({ key }, place): Known => {
      const values = history.series.flatMap(({ metric, values: series }): [MetricKey, number][] => {
        const value = series[from + place];
        return value === null || value === undefined ? [] : [[metric, value]];
      });
      return { key, values: new Map(values) };
    });
  }

  /** A failure when the partition repeats an earlier one; then takes it in. */
  step(
    revision: RevisionRef,
    measured: { readonly schema: Schema; readonly values: readonly MetricValue[]; readonly rowCount: number },
  ): Result[] {
    const keys = comparableMetrics(measured);
    const values = new Map(
      measured.values.flatMap(({ metric, column, segment, value }): [MetricKey, number][] =>
        value === undefined ? [] : [[metricKey(metric, column, segment), value]],
      ),
    );
    const twin =
      measured.rowCount < rowsMin
        ? undefined
        : this.#known.findLast((known) => areEqual(known.values, values, keys));
    const isTelling = twin !== undefined && this.#isTelling(keys);
    this.#known = [...this.#known, { key: revision.partition, values }].slice(-comparedMax);
    return isTelling ? [repeatedResult(revision, twin.key, keys.length)] : [];
  }

  /** Whether an equal partition means anything: enough others, all different, in more than a few metrics. */
  #isTelling(keys: readonly MetricKey[]): boolean {
    if (this.#known.length < comparedMin) return false;
    const moving = keys.filter((key) => {
      const first = this.#known[0]?.values.get(key);
      return this.#known.some(({ values }) => values.get(key) !== first);
    });
    if (moving.length < movingMin) return false;
    const repeats = this.#known.filter(({ values }, at) =>
      this.#known.slice(0, at).some((earlier) => areEqual(values, earlier.values, moving)),
    );
    return repeats.length <= repeatsMax;
  }
}

/** The metrics of columns that say something about the rows themselves, whenever they are. */
function comparableMetrics(of: {
  readonly schema: Schema;
  readonly values: readonly MetricValue[];
}): MetricKey[] {
  const timeless = new Set(
    of.schema.filter(({ type: { kind } }) => kind !== 'date' && kind !== 'timestamp').map(({ name }) => name),
  );
  return of.values.flatMap(({ metric, column, segment, value }) => {
    const isCompared = column !== undefined && timeless.has(column) && !isDriftMetric(metric);
    return isCompared && segment === undefined && value !== undefined ? [metricKey(metric, column)] : [];
  });
}

/** Sums of doubles may differ in their last bits when rows come in another order. */
const rounding = 1e-12;

function areEqual(
  a: ReadonlyMap<MetricKey, number>,
  b: ReadonlyMap<MetricKey, number>,
  keys: readonly MetricKey[],
): boolean {
  return keys.every((key) => {
    const [x, y] = [a.get(key), b.get(key)];
    if (x === y) return true;
    return x !== undefined && y !== undefined && Math.abs(x - y) <= rounding * Math.abs(x);
  });
}

function repeatedResult(revision: RevisionRef, twin: PartitionKey, metrics: number): Result {
  const check = 'repeated_partition';
  const detail = `all ${metrics} metrics of its columns, dates left out, are those of ${twin}`;
  return {
    id: resultIdOf(revision, check),
    revision,
    check,
    metric: 'row_count',
    status: 'fail',
    severity: 100,
    record: { kind: 'rule', rule: 'repeated_partition', detail },
  };
}
