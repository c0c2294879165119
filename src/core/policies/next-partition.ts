import type { PartitionKey } from '../../base/ids.ts';
import { day, instant } from '../../base/units.ts';
import { partitionEnd, partitionGrain, partitionStart, timeKey } from '../datasets/partition-key.ts';
import type { HistoryPartition, MetricHistory } from '../thresholds/history.ts';
import type { LearnerMetric } from '../thresholds/learner.ts';

/** Partitions whose middle values stand for those of the next one. */
const usualPartitions = 7;
const gapsLookedAt = 4;

/**
 * The partition that comes after a history, with metrics as they usually are: what its bands will be depends on it only
 * where they follow the number of rows. Undefined without a history.
 */
export function nextPartition(
  history: MetricHistory,
): { readonly partition: HistoryPartition; readonly metrics: readonly LearnerMetric[] } | undefined {
  const key = nextKey(history.partitions.map((one) => one.key));
  if (key === undefined) return undefined;
  const metrics = history.series.map(({ metric, scale, values, rows }) => {
    const known = values.slice(-usualPartitions).filter((value) => value !== null);
    return { metric, scale, value: middle(known) ?? null, rows: middle(rows.slice(-usualPartitions)) ?? 0 };
  });
  return { partition: { key, revision: 1 }, metrics };
}

/** The key that continues keys: of the next time slice, at the usual distance; of keys without a time, the last one. */
export function nextKey(keys: readonly PartitionKey[]): PartitionKey | undefined {
  const last = keys.at(-1);
  if (last === undefined) return undefined;
  const grain = partitionGrain(last);
  const [start, end] = [partitionStart(last), partitionEnd(last)];
  if (grain === undefined || start === undefined || end === undefined) return last;
  // The time is only a part of the key.
  if (timeKey(start, grain) !== last) return last;
  // Days may come weekly; months and years differ in length.
  const next = grain === 'day' ? start + smallestGap(keys) : end;
  return timeKey(instant(next), grain);
}

function smallestGap(keys: readonly PartitionKey[]): number {
  const starts = keys.slice(-gapsLookedAt).flatMap((key) => partitionStart(key) ?? []);
  const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? start));
  const known = gaps.filter((gap) => gap >= day);
  return known.length === 0 ? day : Math.min(...known);
}

function middle(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
