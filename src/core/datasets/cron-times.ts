import { day, type Instant } from '../../base/units.ts';
import { cronValues } from './decode/cron.ts';
import { instantOf, type LocalTime, localTimeOf } from './local-time.ts';

/** The 29th of February comes after eight years at the latest. */
const daysMax = 8 * 366 + 1;

/** Clocks of no time zone jump further. */
const jumpMinutesMax = 120;

const minutesOfDay = 24 * 60;

/**
 * The last time, until `at` inclusive, that a valid cron expression names in a time zone; undefined when there is none in
 * eight years. Where both days of the month and of the week are restricted, either does (as in crontab(5)). A time that
 * clocks jump over happens right after the jump, one that comes twice happens once.
 */
export function lastCronTime(expression: string, timeZone: string, at: Instant): Instant | undefined {
  const calendar = calendarOf(expression);
  const descending = calendar.times.toReversed();
  const now = localTimeOf(at, timeZone);
  for (let back = 0; back <= daysMax; back += 1) {
    const date = new Date(Date.UTC(now.year, now.month - 1, now.day) - back * day);
    if (!isNamed(date, calendar)) continue;
    const until = back === 0 ? now.minutes + jumpMinutesMax : Number.POSITIVE_INFINITY;
    const last = lastOf(
      descending.filter((time) => time <= until),
      { shown: dateOf(date), timeZone, at },
    );
    if (last !== undefined) return last;
  }
  return undefined;
}

/** The first time after `at`, exclusive, that the expression names: the mirror of `lastCronTime`, with the same rules. */
export function nextCronTime(expression: string, timeZone: string, at: Instant): Instant | undefined {
  const calendar = calendarOf(expression);
  const now = localTimeOf(at, timeZone);
  let next: Instant | undefined;
  // From the day before, because a jump may carry its last times past midnight; and one day further than the first
  // that was found, because the next day may have an earlier one than what was carried.
  let daysLeft = daysMax + 1;
  for (let ahead = -1; ahead < daysLeft; ahead += 1) {
    const date = new Date(Date.UTC(now.year, now.month - 1, now.day) + ahead * day);
    if (!isNamed(date, calendar)) continue;
    const from = now.minutes - jumpMinutesMax - ahead * minutesOfDay;
    const first = firstOf(
      calendar.times.filter((time) => time >= from),
      { shown: dateOf(date), timeZone, at },
    );
    if (first === undefined || (next !== undefined && next <= first)) continue;
    next = first;
    daysLeft = Math.min(daysLeft, ahead + 2);
  }
  return next;
}

/** What an expression names: minutes of the day, ascending, on days of the month, of months, of weekdays. */
type CronCalendar = {
  readonly times: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
  /** Whether a day of the month or of the week does. */
  readonly isEither: boolean;
};

function calendarOf(expression: string): CronCalendar {
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = cronValues(expression);
  const [, , dayField = '*', , weekdayField = '*'] = expression.trim().split(/\s+/);
  const isEither = !dayField.startsWith('*') && !weekdayField.startsWith('*');
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
  return { times, days, months, weekdays, isEither };
}

function isNamed(date: Date, { days, months, weekdays, isEither }: CronCalendar): boolean {
  const [isDay, isWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
  return months.includes(date.getUTCMonth() + 1) && (isEither ? isDay || isWeekday : isDay && isWeekday);
}

type ShownDate = Omit<LocalTime, 'minutes'>;

function dateOf(date: Date): ShownDate {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

type TimesOfDay = { readonly shown: ShownDate; readonly timeZone: string; readonly at: Instant };

/** The last of some times of a day, in descending order. Behind a jump, a later time by the clock may come earlier. */
function lastOf(times: readonly number[], of: TimesOfDay): Instant | undefined {
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

/** The first of some times of a day after `at`, in ascending order. */
function firstOf(times: readonly number[], of: TimesOfDay): Instant | undefined {
  let first: Instant | undefined;
  let last = Number.POSITIVE_INFINITY;
  for (const minutes of times) {
    if (minutes > last + jumpMinutesMax) break;
    const moment = instantOf({ ...of.shown, minutes }, of.timeZone);
    if (moment <= of.at) continue;
    if (first === undefined) last = minutes;
    if (first === undefined || moment < first) first = moment;
  }
  return first;
}
