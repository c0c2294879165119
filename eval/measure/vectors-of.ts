import { zstdDecompressSync } from 'node:zlib';
import type { PartitionKey } from '../../src/base/ids.ts';
import { day, instant } from '../../src/base/units.ts';
import { targetValues } from '../../src/core/checks/target-values.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import { partitionEnd } from '../../src/core/datasets/partition-key.ts';
import type { Schema } from '../../src/core/datasets/schema.ts';
import { type MetricScale, type MetricValue, metricKey } from '../../src/core/metrics/metric.ts';
import type { Measured, MeasuredPartition } from './measured.ts';
import type { MetricVector, PartitionVectors } from './vector.ts';

/** The metrics of a measured partition and of what errors made of it, computed from the profiles as `evaluate` does. */
export function vectorsOf(definition: DatasetDefinition, partition: MeasuredPartition): PartitionVectors {
  const { key, clean, tests } = partition;
  const names = new MetricNames();
  const schemas: Schema[] = [];
  const vector = (measured: Measured): MetricVector => {
    const values = valuesOf(definition, key, measured);
    return names.vector(values, { rowCount: measured.rowCount, schema: placeOf(schemas, measured.schema) });
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
    tests: tests.map(({ measured: _, ...test }, at) => ({
      ...test,
      vector: padded(all[at + 1] ?? first, metrics.length),
    })),
  };
}

function valuesOf(
  definition: DatasetDefinition,
  key: PartitionKey,
  { schema, rowCount, sizeBytes, profile }: Measured,
): readonly MetricValue[] {
  const ingestedAt = instant((partitionEnd(key) ?? 0) + day / 4);
  const target = {
    revision: { dataset: definition.dataset, partition: key, number: 1 },
    schema,
    rejected: { count: 0, samples: [] },
    sizeBytes,
    ingestedAt,
    rowCount,
    profiles: [zstdDecompressSync(profile)],
  };
  const measured = targetValues(target, { definition, now: ingestedAt });
  if (!measured.ok) throw new Error(measured.error.message, { cause: measured.error });
  return measured.value.values;
}

/** Gives each metric a place. */
class MetricNames {
  readonly metrics: { metric: string; scale: MetricScale }[] = [];
  readonly #places = new Map<string, number>();

  vector(values: readonly MetricValue[], of: Pick<MetricVector, 'rowCount' | 'schema'>): MetricVector {
    const entries = values.map((value) => ({ ...value, place: this.#place(value) }));
    const vector = {
      ...of,
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
    this.metrics.push({ metric: key, scale });
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
