import { zstdDecompressSync } from 'node:zlib';
import type { PartitionKey } from '../../src/base/ids.ts';
import { day, instant } from '../../src/base/units.ts';
import { driftPartition, driftValues } from '../../src/core/checks/drift-values.ts';
import { targetValues } from '../../src/core/checks/target-values.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import { partitionEnd } from '../../src/core/datasets/partition-key.ts';
import type { Schema } from '../../src/core/datasets/schema.ts';
import { DriftWindow } from '../../src/core/metrics/drift/drift-window.ts';
import { type MetricValue, metricKey } from '../../src/core/metrics/metric.ts';
import type { Profile } from '../../src/core/metrics/profile.ts';
import { decodeProfile } from '../../src/core/metrics/profile-codec.ts';
import type { Measured, MeasuredPartition } from './measured.ts';
import type { MetricVector, PartitionVectors, VectorMetric } from './vector.ts';

/** A clean partition that later ones are compared with. */
export type BaselineProfile = {
  readonly key: PartitionKey;
  readonly profile: Profile;
  readonly bytes: number;
};

/** The clean partition as a part of the baseline. */
export function baselineProfile({ key, clean }: MeasuredPartition): BaselineProfile {
  const bytes = zstdDecompressSync(clean.profile);
  const decoded = decodeProfile(bytes);
  if (!decoded.ok) throw new Error(decoded.error.message, { cause: decoded.error });
  return { key, profile: decoded.value, bytes: bytes.byteLength };
}

/**
 * The metrics of a measured partition and of what errors made of it, computed from the profiles as `evaluate` does.
 * `before` are the partitions before it, in order.
 */
export function vectorsOf(
  definition: DatasetDefinition,
  partition: MeasuredPartition,
  before: readonly BaselineProfile[],
): PartitionVectors {
  const { key, clean, tests } = partition;
  const window = new DriftWindow();
  for (const one of before) window.add(one);
  const names = new MetricNames();
  const schemas: Schema[] = [];
  const vector = (measured: Measured): MetricVector => {
    const values = valuesOf(measured, { definition, key, window });
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
  { schema, rowCount, sizeBytes, profile }: Measured,
  of: { definition: DatasetDefinition; key: PartitionKey; window: DriftWindow },
): readonly MetricValue[] {
  const { definition, key, window } = of;
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
  const moved = window.compare(driftPartition(key, target.profiles, measured.value.profile));
  return [...measured.value.values, ...driftValues(moved).values];
}

/** Gives each metric a place. */
class MetricNames {
  readonly metrics: VectorMetric[] = [];
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
