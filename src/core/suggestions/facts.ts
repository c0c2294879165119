import type { PartitionKey } from '../../base/ids.ts';
import type { ColumnType, Schema } from '../datasets/schema.ts';
import { topValuesFamily } from '../metrics/families/top-values.ts';
import { stateOf } from '../metrics/family.ts';
import { type MetricDetail, type MetricValue, metricKey } from '../metrics/metric.ts';
import { mergeProfiles, type Profile, profileMetrics } from '../metrics/profile.ts';
import { decodeProfile } from '../metrics/profile-codec.ts';
import { textCharactersMax } from '../metrics/texts/shorten.ts';
import type { MeasuredPartition } from './suggestion.ts';

/** What is known of the partitions that suggestions are made from, in partition order. */
export type PartitionFacts = {
  readonly key: PartitionKey;
  readonly rowCount: number;
  readonly schema: Schema;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
};

/** One column of one partition. */
export type ColumnFacts = {
  readonly type: ColumnType;
  /** The measured value of a metric of the column, exact or not. */
  readonly metric: (name: string) => MetricValue | undefined;
  /** All different values with their rows, when there are few enough to know them all. */
  readonly values: ReadonlyMap<string, number> | undefined;
  /** How the texts are written (`patternOf`), when all patterns are known. */
  readonly patterns: ReadonlySet<string> | undefined;
  /** Rows of each format that texts have. */
  readonly formats: ReadonlyMap<string, number>;
};

/** The facts of a partition; undefined when it was not measured whole. */
export function partitionFacts(partition: MeasuredPartition): PartitionFacts | undefined {
  const { key, schema, rowCount } = partition;
  // An empty partition may have no batch, and is evidence all the same: that partitions may be empty.
  if (rowCount === 0 && partition.profiles.length === 0) return { key, schema, rowCount, columns: new Map() };
  const profile = mergedProfile(partition.profiles);
  if (profile === undefined || profile.rowCount !== rowCount) return undefined;
  const { values, details } = profileMetrics(profile);
  const byKey = new Map(
    values
      .filter(({ segment }) => segment === undefined)
      .map((value) => [metricKey(value.metric, value.column), value]),
  );
  const formatsOf = new Map(
    details
      .filter(({ metric }) => metric === 'formats')
      .map((detail) => [detail.column, new Map(detail.values.map(({ value, count }) => [value, count]))]),
  );
  const columns = profile.columns.map((column) => {
    const metric = (name: string): MetricValue | undefined => byKey.get(metricKey(name, column.name));
    const facts: ColumnFacts = {
      type: column.type,
      metric,
      values: allValues(column, metric),
      patterns: allPatterns(
        details.find(({ metric: of, column: name }) => of === 'top_patterns' && name === column.name),
        rowCount - (metric('null_count')?.value ?? 0),
      ),
      formats: formatsOf.get(column.name) ?? new Map(),
    };
    return [column.name, facts] as const;
  });
  return { key, rowCount, schema, columns: new Map(columns) };
}

function mergedProfile(batches: readonly Uint8Array[]): Profile | undefined {
  let merged: Profile | undefined;
  for (const bytes of batches) {
    const decoded = decodeProfile(bytes);
    if (!decoded.ok) return undefined;
    merged = merged === undefined ? decoded.value : mergeProfiles(merged, decoded.value);
  }
  return merged;
}

function allPatterns(detail: MetricDetail | undefined, texts: number): ReadonlySet<string> | undefined {
  if (detail === undefined || detail.countError > 0) return undefined;
  const rows = detail.values.reduce((sum, { count }) => sum + count, 0);
  return rows === texts ? new Set(detail.values.map(({ value }) => value)) : undefined;
}

/** Whether candidates for the most frequent values are all values there are, each whole. */
function allValues(
  { states }: Profile['columns'][number],
  metric: ColumnFacts['metric'],
): ReadonlyMap<string, number> | undefined {
  const top = stateOf(states, topValuesFamily);
  const distinct = metric('distinct_count');
  if (top === undefined || distinct?.value === undefined || distinct.relativeError !== undefined)
    return undefined;
  if (top.error > 0 || top.entries.length !== distinct.value) return undefined;
  if ((metric('max_length')?.value ?? 0) > textCharactersMax) return undefined;
  return new Map(top.entries.map(({ text, count }) => [text, count]));
}
