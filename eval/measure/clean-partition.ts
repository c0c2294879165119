import { zstdDecompressSync } from 'node:zlib';
import type { PartitionKey } from '../../src/base/ids.ts';
import { day, instant } from '../../src/base/units.ts';
import { KnownGroups } from '../../src/core/checks/known-groups.ts';
import { type TargetValues, targetValues } from '../../src/core/checks/target-values.ts';
import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import { partitionEnd } from '../../src/core/datasets/partition-key.ts';
import type { Schema } from '../../src/core/datasets/schema.ts';
import {
  type MetricKey,
  type MetricScale,
  type MetricValue,
  metricKey,
} from '../../src/core/metrics/metric.ts';
import type { Profile } from '../../src/core/metrics/profile.ts';
import { type MetricHistory, noHistory } from '../../src/core/thresholds/history.ts';
import type { Measured, MeasuredPartition } from './measured.ts';

/** A clean partition that later ones are judged by. */
export type CleanPartition = {
  readonly key: PartitionKey;
  readonly schema: Schema;
  readonly profile: Profile | undefined;
  /** Of its encoded profile. */
  readonly bytes: number;
  /** Without what is compared with others, such as drift. */
  readonly values: readonly MetricValue[];
};

/** How many clean partitions the rules and baselines look back at most. */
export const lookBack = 60;

/** The clean partition as later ones see it. */
export function cleanPartition(
  definition: DatasetDefinition,
  { key, clean }: MeasuredPartition,
): CleanPartition {
  const { values, profile } = ownValues(definition, key, clean);
  const groups = profile === undefined ? [] : new KnownGroups(noHistory).step(profile, definition.segments);
  const bytes = zstdDecompressSync(clean.profile).byteLength;
  return { key, schema: clean.schema, profile, bytes, values: [...values, ...groups] };
}

/** Everything measured of a table by itself. */
export function ownValues(
  definition: DatasetDefinition,
  key: PartitionKey,
  { schema, rowCount, sizeBytes, profile }: Measured,
): TargetValues {
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
  return measured.value;
}

/** The metric series of clean partitions. */
export function historyOf(partitions: readonly Pick<CleanPartition, 'key' | 'values'>[]): MetricHistory {
  const series = new Map<MetricKey, { scale: MetricScale; values: (number | null)[]; rows: number[] }>();
  for (const [place, { values }] of partitions.entries()) {
    for (const { metric, column, segment, scale, value, rows } of values) {
      const key = metricKey(metric, column, segment);
      const one = series.get(key) ?? {
        scale,
        values: partitions.map(() => null),
        rows: partitions.map(() => 0),
      };
      series.set(key, one);
      one.values[place] = value ?? null;
      one.rows[place] = rows;
    }
  }
  return {
    partitions: partitions.map(({ key }) => ({ key, revision: 1 })),
    series: [...series].map(([metric, one]) => ({ metric, ...one })),
  };
}
