import { day, type Instant } from '../../base/units.ts';
import { cronValues } from './decode/cron.ts';
import { instantOf, type LocalTime, localTimeOf } from './local-time.ts';

/** The 29th of February comes after eight years at the latest. */
const daysBackMax = 8 * 366 + 1;

/** Clocks of no time zone jump further. */
const jumpMinutesMax = 120;

/**
 * The last time, until `at` inclusive, that a valid cron expression names in a time zone; undefined when there is none in
 * eight years. Where both days of the month and of the week are restricted, either does (as in crontab(5)). A time that
 * clocks jump over happens right after the jump, one that comes twice happens once.
 */
export function lastCronTime(expression: string, timeZone: string, at: Instant): Instant | undefined {
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = cronValues(expression);
  const [, , dayField = '*', , weekdayField = '*'] = expression.trim().split(/\s+/);
  const isEither = !dayField.startsWith('*') && !weekdayField.startsWith('*');
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)).reverse();
  const now = localTimeOf(at, timeZone);
  for (let back = 0; back <= daysBackMax; back += 1) {
    const date = new Date(Date.UTC(now.year, now.month - 1, now.day) - back * day);
    const [isDay, isWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
    if (!months.includes(date.getUTCMonth() + 1) || !(isEither ? isDay || isWeekday : isDay && isWeekday))
      continue;
    const shown = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    const until = back === 0 ? now.minutes + jumpMinutesMax : Number.POSITIVE_INFINITY;
    const last = lastOf(
      times.filter((time) => time <= until),
      { shown, timeZone, at },
    );
    if (last !== undefined) return last;
  }
  return undefined;
}

/** The last of some times of a day, in descending order. Behind a jump, a later time by the clock may come earlier. */
function lastOf(
  times: readonly number[],
  of: { readonly shown: Omit<LocalTime, 'minutes'>; readonly timeZone: string; readonly at: Instant },
): Instant | undefined {
  let last: Instant | undefined;
  let first = Number.NEGATIVE_INFINITY;
  for (const minutes of times) {
    if (minutes < first - jumpMinutesMax) break;
    const moment = instantOf({ ...of.shown, minutes }, of.timeZone);
    if (moment > of.at) continue;
    if (last === undefined) first = minutes;
    if (last === undefined || moment > last) last = moment;
  }
  return last;
}
