import type { PartitionKey } from '../../base/ids.ts';
import { partitionStart } from '../datasets/partition-key.ts';
import type { Feedback, HistoryPartition } from './history.ts';

const rhythms = ['expected_weekly', 'expected_monthly', 'expected_yearly'] as const;
type Rhythm = (typeof rhythms)[number];

/** The days of which people said that what happened there is expected every week, month or year. */
export class RecurringDays {
  readonly #said = new Set<string>();

  /** Notes what people said about a partition. */
  note({ key, feedback }: HistoryPartition): void {
    const name = ownName(key, feedback);
    if (name !== undefined) this.#said.add(name);
  }

  /** The name that a partition shares with those it recurs with; undefined for an ordinary one. */
  nameOf({ key, feedback }: HistoryPartition): string | undefined {
    const own = ownName(key, feedback);
    if (own !== undefined || this.#said.size === 0) return own;
    const names = rhythms.map((rhythm) => recurrence(rhythm, key));
    return names.find((name) => name !== undefined && this.#said.has(name));
  }
}

function ownName(key: PartitionKey, feedback: Feedback | undefined): string | undefined {
  const rhythm = rhythms.find((one) => one === feedback);
  return rhythm === undefined ? undefined : recurrence(rhythm, key);
}

/** What a partition has in common with those it recurs with, in words; those of other hours are not alike. */
function recurrence(rhythm: Rhythm, key: PartitionKey): string | undefined {
  const start = partitionStart(key);
  if (start === undefined) return undefined;
  const date = new Date(start);
  const iso = date.toISOString();
  const words = {
    expected_weekly: `every ${weekdays[date.getUTCDay()]}`,
    expected_monthly: `day ${date.getUTCDate()} of every month`,
    expected_yearly: `${iso.slice(5, 10)} of every year`,
  };
  return `${words[rhythm]}${date.getUTCHours() === 0 ? '' : ` at ${iso.slice(11, 16)}`}`;
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
