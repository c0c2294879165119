import type { PartitionKey } from '../../base/ids.ts';
import { partitionGrain, partitionStart } from '../datasets/partition-key.ts';
import type { HistoryPartition, MetricHistory } from '../thresholds/history.ts';

/** The names of days of their own kind, by ISO date: `{"2001-12-25": "Christmas Day"}`. */
export type SpecialDayNames = Readonly<Record<string, string>>;

/** What kind of day a partition is; nothing where its key names no day, or an ordinary one. */
export function specialDay(
  key: PartitionKey,
  names: SpecialDayNames | undefined,
): Pick<HistoryPartition, 'specialDay'> {
  const date = dayOf(key);
  const name =
    date === undefined || names === undefined || !Object.hasOwn(names, date) ? undefined : names[date];
  return name === undefined ? {} : { specialDay: name };
}

/** The history with the kind of each day. */
export function withSpecialDays(history: MetricHistory, names: SpecialDayNames | undefined): MetricHistory {
  if (names === undefined) return history;
  const partitions = history.partitions.map((one) => ({ ...one, ...specialDay(one.key, names) }));
  return { ...history, partitions };
}

/** The day that a key names, or the day of the hour that it names. */
export function dayOf(key: PartitionKey): string | undefined {
  const grain = partitionGrain(key);
  if (grain !== 'day' && grain !== 'hour') return undefined;
  return new Date(partitionStart(key) ?? 0).toISOString().slice(0, 10);
}
