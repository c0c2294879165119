import type { PartitionSummary } from '../../../../src/ports/revision-store.ts';

/** A day of the calendar; without a partition, it is missing. */
export type Day = { readonly key: string; readonly partition?: PartitionSummary };

export type Week = {
  /** The date of its Monday. */
  readonly first: string;
  /** The name of the month that begins in it. */
  readonly month?: string;
  /** Monday to Sunday; undefined before the first and after the last partition. */
  readonly days: readonly (Day | undefined)[];
};

const dayMs = 86_400_000;
const monthName = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' });
const isDate = /^\d{4}-\d{2}-\d{2}$/;
/** A calendar of more days than this would be no picture any more. */
const daysMax = 800;

/** The weeks from the first to the last partition; undefined when the partitions are no days, or lie too far apart. */
export function weeksOf(partitions: readonly PartitionSummary[]): readonly Week[] | undefined {
  const dated = partitions.filter(({ partition }) => isDate.test(partition));
  if (dated.length === 0 || dated.length < partitions.length - 1) return undefined;
  const byKey = new Map(dated.map((each) => [each.partition as string, each]));
  const times = dated.map(({ partition }) => Date.parse(`${partition}T00:00:00Z`));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if ((last - first) / dayMs > daysMax) return undefined;
  const weeks: Week[] = [];
  for (
    let monday = first - ((new Date(first).getUTCDay() + 6) % 7) * dayMs;
    monday <= last;
    monday += 7 * dayMs
  ) {
    weeks.push(weekOf(monday, { first, last, byKey }, weeks.length === 0));
  }
  return weeks;
}

function weekOf(
  monday: number,
  { first, last, byKey }: { first: number; last: number; byKey: ReadonlyMap<string, PartitionSummary> },
  isFirst: boolean,
): Week {
  const days = Array.from({ length: 7 }, (_, at) => {
    const time = monday + at * dayMs;
    if (time < first || time > last) return undefined;
    const key = new Date(time).toISOString().slice(0, 10);
    const partition = byKey.get(key);
    return partition === undefined ? { key } : { key, partition };
  });
  const begins = days.find((day) => day?.key.endsWith('-01'));
  const shown = begins?.key ?? (isFirst ? new Date(first).toISOString().slice(0, 10) : undefined);
  return {
    first: new Date(monday).toISOString().slice(0, 10),
    days,
    ...(shown === undefined ? {} : { month: monthName.format(Date.parse(shown)) }),
  };
}
