import type { DatasetName } from '../../base/ids.ts';
import type { CheckDefinition, SegmentCheck } from '../checks/definition.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import type { ProviderDefinition, SecretReference } from './provider-definition.ts';

/** What an owner says about a dataset, checked and with every default filled in. Made by `decodeDataset` alone. */
export type DatasetDefinition = {
  readonly dataset: DatasetName;
  /** Who is responsible: told first, served first. */
  readonly owner: string;
  readonly followers: readonly string[];
  readonly description?: string;
  /** It exists only for people with a role on it. */
  readonly private?: true;
  readonly provider: ProviderDefinition;
  readonly partition: PartitionRule;
  readonly publish: PublishRule;
  /** The time frame that is learned from: partition keys (dates), both inclusive. */
  readonly backfill?: { readonly from?: string; readonly to?: string };
  readonly policy: AlertPolicy;
  /** Values that count as missing beside null, for `missing_count`. */
  readonly missingValues: readonly string[];
  /** The column whose maximum is the data time of `freshness`; by default the time partition column. */
  readonly freshnessColumn?: string;
  readonly checks: readonly CheckDefinition[];
  readonly columns: readonly ColumnDefinition[];
  /** Columns whose values nobody but the owners sees; absent when there are none. */
  readonly maskedColumns?: readonly string[];
  /** Groups of rows that are measured by themselves too. */
  readonly segments: readonly SegmentDefinition[];
  /** Where results are told, beside the log. */
  readonly notify: readonly NotifyDefinition[];
  readonly limits: DatasetLimits;
};

/** How many false alarms the owner accepts. It holds over everything learned for the dataset together. */
export type AlertPolicy = {
  readonly alertsPerMonth: number;
  /** A country or region whose public holidays are days of their own kind, such as `US` or `DE-BY`. */
  readonly holidays?: string;
  /** Other days of their own kind: the end of a season, a yearly sale. */
  readonly specialDays?: readonly SpecialDays[];
};

/** Days on which the dataset behaves alike, and not as on others. Dates are ISO 8601. */
export type SpecialDays = { readonly name: string; readonly dates: readonly string[] };

/** What the owner says about one column. */
export type ColumnDefinition = {
  readonly name: string;
  readonly checks: readonly CheckDefinition[];
};

/** What the owner says about groups of rows. */
export type SegmentDefinition = Pick<SegmentRule, 'columns' | 'groupsMax' | 'metrics'> & {
  /** Set bounds of groups; absent when there are none. */
  readonly checks?: readonly SegmentCheck[];
};

export type DatasetLimits = {
  /** More rejected rows than this percentage of all rows fail the ingest task. 0–100. */
  readonly rejectedPercentMax: number;
  /** Calls of the dataset's source at once, of all nodes together. */
  readonly sourceConcurrencyMax?: number;
  /** Once the source has given this much on a day (UTC), to whichever dataset, this one asks no more of it until the next. */
  readonly sourceBytesPerDay?: number;
  readonly sourceMinutesPerDay?: number;
};

/** How a dataset is cut into partitions. */
export type PartitionRule =
  /** No partitions: everything is the partition `all`. */
  | { readonly kind: 'none' }
  /** One partition for each combination of these columns' values: `country=DE/kind=a`. */
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  /** One partition for each hour, day, month or year of a date or timestamp column: `2001-01-31`. */
  | { readonly kind: 'time'; readonly column: string; readonly by: TimeGrain }
  /** One partition for each combination of Hive path keys (`…/year=2001/month=1/…`). */
  | { readonly kind: 'path'; readonly keys: readonly string[] }
  /** One partition for each file: its key is what the wildcards of the glob stand for, or the file name. */
  | { readonly kind: 'file' };

export type TimeGrain = 'hour' | 'day' | 'month' | 'year';

/** When new partitions are published. */
export type PublishRule =
  | { readonly type: 'static' }
  | { readonly type: 'periodic'; readonly cron: string; readonly timeZone: string }
  | { readonly type: 'continuous' };

/** A channel for notifications of this dataset, beside the log. */
export type NotifyDefinition = WebhookDefinition | ChatDefinition | EmailDefinition;

export type WebhookDefinition = NotifyRules & {
  readonly type: 'webhook';
  readonly url: string;
  /** Signs each delivery; resolved when it is used, never stored in plain text. */
  readonly secret?: SecretReference;
};

/** An incoming webhook of Slack, or a workflow of Teams. Whoever knows the address may post there: it is a secret. */
export type ChatDefinition = NotifyRules & {
  readonly type: 'slack' | 'teams';
  readonly url: SecretReference;
};

export type EmailDefinition = NotifyRules & {
  readonly type: 'email';
  /** By default the owner and the followers, as far as they are addresses. */
  readonly to?: readonly string[];
};

/** What a channel is told, and when. */
export type NotifyRules = {
  /** The least status of a checked partition that is told. By default a webhook is told everything, people what warns or fails. */
  readonly level?: 'pass' | 'warn' | 'fail';
  readonly quietHours?: QuietHours;
  /** What only says again that a known incident goes on is left out for this long after the last message about it. */
  readonly repeatMs?: number;
};

/** The part of each day in which messages wait for its end. It may pass midnight. */
export type QuietHours = {
  /** Minutes since midnight, of that time zone's clocks. */
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
  /** What fails is told at once all the same. */
  readonly exceptFail: boolean;
};
