import { limits } from '../../src/base/limits.ts';
import { driftPartition, driftValues } from '../../src/core/checks/drift-values.ts';
import { KnownGroups } from '../../src/core/checks/known-groups.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import type { Schema } from '../../src/core/datasets/schema.ts';
import { DriftWindow } from '../../src/core/metrics/drift/drift-window.ts';
import { type MetricValue, metricKey } from '../../src/core/metrics/metric.ts';
import { type CleanPartition, historyOf, ownValues } from './clean-partition.ts';
import type { Measured, MeasuredPartition } from './measured.ts';
import { type RuleContext, ruleAlarms } from './rule-alarms.ts';
import type { MetricVector, PartitionVectors, VectorMetric } from './vector.ts';

/**
 * The metrics of a measured partition and of what errors made of it, computed from the profiles as `evaluate` does.
 * `before` are the clean partitions before it, in order.
 */
export function vectorsOf(
  definition: DatasetDefinition,
  partition: MeasuredPartition,
  before: readonly CleanPartition[],
): PartitionVectors {
  const { key, clean, tests } = partition;
  const context = contextOf(definition, key, before);
  const names = new MetricNames();
  const schemas: Schema[] = [];
  const vector = (measured: Measured): MetricVector => {
    const { schema, rowCount } = measured;
    const values = valuesOf(measured, context);
    const rules = ruleAlarms({ schema, rowCount, values }, context);
    return { ...names.vector(values), rowCount, schema: placeOf(schemas, schema), rules };
  };
  const all = [clean, ...tests.map(({ measured }) => measured)].map(vector);
  const [first] = all;
  if (first === undefined) throw new Error('unreachable: there is a clean vector');
  const { metrics } = names;
  return {
    key,
    metrics,
    schemas,
    clean: padded(first, metrics.length),
    tests: tests.map(({ id, column, began }, at) => ({
      id,
      column,
      ...(began === undefined ? {} : { began }),
      vector: padded(all[at + 1] ?? first, metrics.length),
    })),
  };
}

type Context = RuleContext & { readonly definition: DatasetDefinition; readonly window: DriftWindow };

function contextOf(
  definition: DatasetDefinition,
  partition: MeasuredPartition['key'],
  before: readonly CleanPartition[],
): Context {
  const revisionOf = (key: MeasuredPartition['key']): RuleContext['revision'] => {
    return { dataset: definition.dataset, partition: key, number: 1 };
  };
  const window = new DriftWindow();
  for (const one of before.slice(-limits.baselinePartitionsMax)) window.add(one);
  const last = before.at(-1);
  const previous = last && { revision: revisionOf(last.key), schema: last.schema };
  return { definition, revision: revisionOf(partition), history: historyOf(before), previous, window };
}

function valuesOf(measured: Measured, of: Context): readonly MetricValue[] {
  const { definition, revision, history, window } = of;
  const { values, profile } = ownValues(definition, revision.partition, measured);
  const moved = driftValues(
    window.compare(driftPartition({ key: revision.partition, profiles: [] }, profile, definition.segments)),
  );
  const groups = profile === undefined ? [] : new KnownGroups(history).step(profile, definition.segments);
  return [...values, ...moved.values, ...groups];
}

/** Gives each metric a place. */
class MetricNames {
  readonly metrics: VectorMetric[] = [];
  readonly #places = new Map<string, number>();

  vector(values: readonly MetricValue[]): Pick<MetricVector, 'values' | 'rows'> {
    const entries = values.map((value) => ({ ...value, place: this.#place(value) }));
    const vector = {
      values: new Float64Array(this.metrics.length).fill(Number.NaN),
      rows: new Float64Array(this.metrics.length).fill(-1),
    };
    for (const { place, value, rows } of entries) {
      vector.values[place] = value ?? Number.NaN;
      vector.rows[place] = rows;
    }
    return vector;
  }

  #place({ metric, column, segment, scale }: MetricValue): number {
    const key = metricKey(metric, column, segment);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.metrics.length);
    const whose = { ...(column !== undefined && { column }), ...(segment !== undefined && { segment }) };
    this.metrics.push({ key, metric, ...whose, scale });
    return this.metrics.length - 1;
  }
}

function padded(vector: MetricVector, length: number): MetricVector {
  const values = new Float64Array(length).fill(Number.NaN);
  const rows = new Float64Array(length).fill(-1);
  values.set(vector.values);
  rows.set(vector.rows);
  return { ...vector, values, rows };
}

function placeOf(schemas: Schema[], schema: Schema): number {
  const text = JSON.stringify(schema);
  const known = schemas.findIndex((one) => JSON.stringify(one) === text);
  return known < 0 ? schemas.push(schema) - 1 : known;
}
