import type { TimeGrain } from './definition.ts';

/** A slice of time in UTC, its end exclusive. */
export type TimeSlice = { readonly grain: TimeGrain; readonly startMs: number; readonly endMs: number };

/**
 * The slice of time that a text names or contains; undefined when it is none. Understood are `2001`, `2001-01`,
 * `2001-01-31`, `2001-01-31T05` (whole, or within other text with `-`, `_`, `.` or `/` between), `20010131`, and Hive
 * keys (`year=2001/month=01/day=31/hour=05`). Within other text only the years 1900–2199 are taken for years.
 */
export function timeSliceOf(text: string): TimeSlice | undefined {
  return sliceOfWhole(text) ?? sliceOfNamedParts(text) ?? sliceWithin(text);
}

/** Writes the dates within a text with two digits for month and day, so that texts sort in time order. */
export function padDates(text: string): string {
  return text.replace(looseDate, (found, year: string, ...rest: string[]) => {
    const [separator = '', month = '', day] = rest;
    const padded = [year, month, ...(day === undefined ? [] : [day])].map((part) => part.padStart(2, '0'));
    return sliceFrom(padded) === undefined ? found : padded.join(separator);
  });
}

/** The value of a Hive key of a time unit (`month=1`) with as many digits as sort in time order (`01`). */
export function padTimeUnit(name: string, value: string): string {
  const grain = unitOf(name);
  if (grain === undefined || !/^\d{1,4}$/.test(value)) return padDates(value);
  return value.replace(/^0+(?=\d)/, '').padStart(grain === 'year' ? 4 : 2, '0');
}

/** The unit of time that the name of a Hive key stands for. */
export function unitOf(name: string): TimeGrain | undefined {
  return unitNames.get(name.toLowerCase());
}

const unitNames: ReadonlyMap<string, TimeGrain> = new Map<string, TimeGrain>([
  ...['year', 'yyyy', 'y'].map((name) => [name, 'year'] as const),
  ...['month', 'mon', 'mm', 'm'].map((name) => [name, 'month'] as const),
  ...['day', 'dd', 'd'].map((name) => [name, 'day'] as const),
  ...['hour', 'hh', 'h'].map((name) => [name, 'hour'] as const),
]);

const wholeKey = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d))?)?)?$/;
const plausibleYear = '(?:19|20|21)\\d\\d';
const looseDate = new RegExp(`(?<!\\d)(${plausibleYear})([-_./])(\\d{1,2})(?:\\2(\\d{1,2}))?(?!\\d)`, 'g');
const separatedDate = new RegExp(
  `(?<!\\d)(${plausibleYear})([-_./])(\\d\\d)(?:\\2(\\d\\d)(?:(?:[T ]|(?<=/\\d\\d)/)(\\d\\d)(?!\\d))?)?(?!\\d)`,
  'g',
);
const compactDate = new RegExp(`(?<!\\d)(${plausibleYear})(\\d\\d)(\\d\\d)(?:T(\\d\\d))?(?!\\d)`, 'g');

function sliceOfWhole(text: string): TimeSlice | undefined {
  const [, ...parts] = wholeKey.exec(text) ?? [];
  return sliceFrom(parts);
}

function sliceOfNamedParts(text: string): TimeSlice | undefined {
  const parts = new Map<TimeGrain, string>();
  for (const segment of text.split('/')) {
    const [name = '', value = ''] = segment.split('=', 2);
    const unit = unitOf(name);
    const fits = (unit === 'year' ? /^\d{4}$/ : /^\d{1,2}$/).test(value);
    if (unit !== undefined && fits && !parts.has(unit)) parts.set(unit, value);
  }
  return sliceFrom([parts.get('year'), parts.get('month'), parts.get('day'), parts.get('hour')]);
}

function sliceWithin(text: string): TimeSlice | undefined {
  for (const [, year, , month, day, hour] of text.matchAll(separatedDate)) {
    const slice = sliceFrom([year, month, day, hour]);
    if (slice !== undefined) return slice;
  }
  for (const [, ...parts] of text.matchAll(compactDate)) {
    const slice = sliceFrom(parts);
    if (slice !== undefined) return slice;
  }
  return undefined;
}

/** The slice of `[year, month, day, hour]`, as deep as parts are given; undefined when there is no such time. */
function sliceFrom(parts: readonly (string | undefined)[]): TimeSlice | undefined {
  const end = parts.findIndex((part) => part === undefined || part === '');
  const [year, month = 1, day = 1, hour = 0] = parts.slice(0, end < 0 ? parts.length : end).map(Number);
  const grain = grains[(end < 0 ? parts.length : end) - 1];
  if (year === undefined || grain === undefined) return undefined;
  const startMs = utc([year, month, day, hour]);
  const start = new Date(startMs);
  const exists =
    start.getUTCMonth() === month - 1 && start.getUTCDate() === day && start.getUTCHours() === hour;
  if (!exists) return undefined;
  const next = {
    year: [year + 1, 1, 1, 0],
    month: [year, month + 1, 1, 0],
    day: [year, month, day + 1, 0],
    hour: [year, month, day, hour + 1],
  } as const;
  return { grain, startMs, endMs: utc(next[grain]) };
}

const grains: readonly TimeGrain[] = ['year', 'month', 'day', 'hour'];

/** Unlike `Date.UTC`, takes the years 0–99 as they are. */
function utc([year, month, day, hour]: readonly [number, number, number, number]): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour);
}
