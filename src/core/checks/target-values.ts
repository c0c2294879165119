import { type Failure, failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import { partitionEnd } from '../datasets/partition-key.ts';
import { type MetricDetail, type MetricValue, metricKey } from '../metrics/metric.ts';
import { mergeProfiles, type Profile, profileMetrics, profilePercentile } from '../metrics/profile.ts';
import { decodeProfile, type WantedStates } from '../metrics/profile-codec.ts';
import type { EvaluationTarget } from './evaluate.ts';

/** Everything measured of one revision. */
export type TargetValues = {
  readonly values: readonly MetricValue[];
  readonly details: readonly MetricDetail[];
  readonly rowCount: number;
  /** The states behind them; undefined where there is no batch. */
  readonly profile: Profile | undefined;
};

/**
 * Merges the profiles of a revision's batches and adds the metrics of the revision as a whole: `row_count`,
 * `rejected_count`, `size_bytes`, `column_count`, `freshness` and `load_delay`. A profile that is missing or unreadable
 * makes all of it unknown: `STATE_UNREADABLE`.
 */
export function targetValues(
  target: EvaluationTarget,
  context: { readonly definition: DatasetDefinition; readonly now: Instant },
): Outcome<TargetValues> {
  const profile = profileOfTarget(target);
  if (!profile.ok) return profile;
  const measured = profile.value === undefined ? nothingMeasured : profileMetrics(profile.value);
  const percentiles = profile.value === undefined ? [] : askedPercentiles(profile.value, context.definition);
  const counted = measured.values.find(
    ({ metric, column }) => metric === 'row_count' && column === undefined,
  );
  const rowCount = counted?.value ?? target.rowCount ?? 0;
  if (target.rowCount !== undefined && target.rowCount !== rowCount) {
    const found = `${rowCount} of ${target.rowCount} rows of ${target.revision.partition} are measured`;
    return fail(failure('STATE_UNREADABLE', found, { hint: 'check the partition again' }));
  }
  const own = datasetValues(target, { ...context, rowCount, columnValues: measured.values });
  const names = new Set(own.map(({ metric }) => metric));
  const columns = measured.values.filter(({ metric, column }) => column !== undefined || !names.has(metric));
  const known = new Set(columns.map(({ metric, column }) => metricKey(metric, column)));
  const more = percentiles.filter(({ metric, column }) => !known.has(metricKey(metric, column)));
  const values = [...own, ...columns, ...more];
  return succeed({ values, details: measured.details, rowCount, profile: profile.value });
}

/** Percentiles that checks name, beside those that every column has. */
function askedPercentiles(profile: Profile, definition: DatasetDefinition): MetricValue[] {
  const asked = new Map<string, MetricValue>();
  for (const { name, checks } of definition.columns) {
    for (const { metric, settings } of checks) {
      const q = settings['percentile'];
      if (metric !== 'percentile' || typeof q !== 'number') continue;
      const value = profilePercentile(profile, name, q);
      if (value !== undefined) asked.set(metricKey(value.metric, name), value);
    }
  }
  return [...asked.values()];
}

const nothingMeasured = { values: [], details: [] } as const;

function profileOfTarget(target: EvaluationTarget): Outcome<Profile | undefined, Failure> {
  const merged = mergedProfile(target.profiles);
  // A partition without rows may have no batch at all, and then nothing to measure.
  if (!merged.ok || merged.value !== undefined || target.rowCount === 0) return merged;
  const message = `no batch of ${target.revision.partition} is measured`;
  return fail(failure('STATE_UNREADABLE', message, { hint: 'check the partition again' }));
}

/** The profile of all batches, or `wanted` of it; undefined when there are none. Errors: `STATE_UNREADABLE`. */
export function mergedProfile(
  profiles: readonly Uint8Array[],
  wanted?: WantedStates,
): Outcome<Profile | undefined, Failure> {
  let merged: Profile | undefined;
  for (const bytes of profiles) {
    const decoded = decodeProfile(bytes, wanted);
    if (!decoded.ok) return decoded;
    merged = merged === undefined ? decoded.value : mergeProfiles(merged, decoded.value);
  }
  return succeed(merged);
}

type ValuesContext = {
  readonly definition: DatasetDefinition;
  readonly now: Instant;
  readonly rowCount: number;
  readonly columnValues: readonly MetricValue[];
};

function datasetValues(target: EvaluationTarget, context: ValuesContext): MetricValue[] {
  const rows = context.rowCount;
  const count = (metric: string, value: number): MetricValue => ({ metric, value, scale: 'count', rows });
  const read = rows + target.rejected.count;
  return [
    count('row_count', rows),
    { ...count('rejected_count', target.rejected.count), rows: read },
    count('size_bytes', target.sizeBytes),
    count('column_count', target.schema.length),
    ...freshness(target, context),
    ...loadDelay(target, rows),
  ];
}

/**
 * Data time: how old the newest row is, at the end of the partition's time slice, or now when it has none or is not over.
 * Absent when the dataset has no column to tell by.
 */
function freshness(target: EvaluationTarget, context: ValuesContext): MetricValue[] {
  const { definition, now, columnValues, rowCount } = context;
  const rule = definition.partition;
  const column = definition.freshnessColumn ?? (rule.kind === 'time' ? rule.column : undefined);
  const kind = target.schema.find(({ name }) => name === column)?.type.kind;
  if (kind !== 'date' && kind !== 'timestamp') return [];
  const newest = columnValues.find((value) => value.column === column && value.metric === 'max')?.value;
  const end = partitionEnd(target.revision.partition);
  const reference = end === undefined ? now : Math.min(end, now);
  const value = newest === undefined ? undefined : Math.max(0, reference - newest);
  return [{ metric: 'freshness', value, scale: 'duration', rows: rowCount }];
}

/** Load time: how long after the end of its time slice the partition was taken over. */
function loadDelay(target: EvaluationTarget, rows: number): MetricValue[] {
  const end = partitionEnd(target.revision.partition);
  if (end === undefined) return [];
  return [{ metric: 'load_delay', value: Math.max(0, target.ingestedAt - end), scale: 'duration', rows }];
}
