import type { DatasetName, IncidentId, PartitionKey } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { MetricKey } from '../metrics/metric.ts';
import type { Feedback } from '../thresholds/history.ts';

/** A problem of a dataset that people deal with: one or more failing results, merged. Changed by `transition` alone. */
export type Incident = {
  readonly id: IncidentId;
  readonly dataset: DatasetName;
  /** The partition that opened it, and all that belong to it. */
  readonly firstPartition: PartitionKey;
  readonly openedAt: Instant;
  readonly updatedAt: Instant;
  readonly level: 'warn' | 'fail';
  readonly lines: readonly IncidentLine[];
  readonly state: IncidentState;
  /** What happened to it, in order. */
  readonly log: readonly IncidentEvent[];
};

/** One failing check of one partition. `open` becomes false when a later revision of that partition passes it. */
export type IncidentLine = {
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly check: string;
  readonly status: 'warn' | 'fail' | 'error';
  /** In words. */
  readonly text: string;
  readonly severity: number;
  readonly open: boolean;
  /** What the title is made of; absent where there is nothing to compare. */
  readonly deviation?: Deviation;
};

/** How a metric differs from what was expected of it. */
export type Deviation = {
  readonly metric: MetricKey;
  readonly value?: number;
  readonly expected?: number;
};

export type IncidentState =
  | { readonly state: 'new' }
  | { readonly state: 'acknowledged'; readonly by: string; readonly at: Instant }
  | { readonly state: 'assigned'; readonly to: string; readonly by: string; readonly at: Instant }
  | { readonly state: 'resolved'; readonly reason: ResolveReason; readonly by: string; readonly at: Instant };

/**
 * Why it was resolved. `restated`: Assay saw a good revision. `expected`: it was right and may come again, on any day or
 * by week, month or year; `expected_once`, `new_normal` and `real_error` teach the thresholds likewise; `false_alarm`
 * lets what alarmed be learned from.
 */
export type ResolveReason = 'restated' | Feedback | 'other';

/** An entry of the incident's history, in words for people. */
export type IncidentEvent = { readonly at: Instant; readonly by: string; readonly text: string };
