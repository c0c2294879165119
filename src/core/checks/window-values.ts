import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Schema } from '../datasets/schema.ts';
import { type MetricDetail, type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import { profileMetrics, profilePercentile } from '../metrics/profile.ts';
import { encodeProfile } from '../metrics/profile-codec.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import { percentileOfName } from '../metrics/segments/segment-metrics.ts';
import { splitMetricKey } from './format.ts';
import { segmentDetails, segmentValues } from './segment-values.ts';
import { mergedProfile } from './target-values.ts';

/** States to merge: of batches, partitions or windows, or of some of each. */
export type WindowInput = {
  /** Encoded profiles: at least one. */
  readonly profiles: readonly Uint8Array[];
  readonly segments: readonly SegmentRule[];
  /** Keys of percentiles that are wanted beside those that every column has, such as `delay.p99.9`. */
  readonly metrics: readonly MetricKey[];
};

/** All rows of the states together. */
export type WindowOutput = {
  /** Encoded: what further states can be merged with. */
  readonly profile: Uint8Array;
  readonly schema: Schema;
  readonly rowCount: number;
  readonly values: readonly MetricValue[];
  readonly details: readonly MetricDetail[];
};

/** Merges states and tells the metrics of all their rows, exactly or within the errors that the metrics state. */
export function windowValues(input: WindowInput): Outcome<WindowOutput> {
  const merged = mergedProfile(input.profiles);
  if (!merged.ok) return merged;
  const profile = merged.value;
  if (profile === undefined) return fail(failure('STATE_UNREADABLE', 'there is no state to merge'));
  const { values: measured, details } = profileMetrics(profile);
  const known = new Set(measured.map(({ metric, column }) => metricKey(metric, column)));
  const more = input.metrics.flatMap((key) => {
    const { column, name, segment } = splitMetricKey(key);
    const percent = percentileOfName(name);
    if (column === undefined || percent === undefined || segment !== undefined || known.has(key)) return [];
    return profilePercentile(profile, column, percent / 100) ?? [];
  });
  const values = [...measured, ...more, ...segmentValues(profile, input.segments)];
  const { schema, rowCount } = profile;
  const all = [...details, ...segmentDetails(profile, input.segments)];
  return succeed({ profile: encodeProfile(profile), schema, rowCount, values, details: all });
}
