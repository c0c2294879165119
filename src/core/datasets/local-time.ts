import { type Instant, instant, minute } from '../../base/units.ts';

/** What calendar and clock show in some time zone. `month` is 1–12. */
export type LocalTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Since midnight by the clock: on a day on which it changes, not what has passed. */
  readonly minutes: number;
};

/** What calendar and clock show at an instant, by the runtime's time zone database. */
export function localTimeOf(at: Instant, timeZone: string): LocalTime {
  const shown = new Date(at + offsetMs(at, timeZone));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    minutes: shown.getUTCHours() * 60 + shown.getUTCMinutes(),
  };
}

/**
 * When clocks of a time zone show this. Of a time that comes twice, the first; a time that clocks jump over is as much
 * later as they jump, so that it is the moment after the jump in which it would have been.
 */
export function instantOf({ year, month, day, minutes }: LocalTime, timeZone: string): Instant {
  const shown = Date.UTC(year, month - 1, day, 0, minutes);
  // The offsets on both sides of any change nearby; more than one change within a day is not known.
  const before = offsetMs(instant(shown - 24 * 60 * minute), timeZone);
  const after = offsetMs(instant(shown + 24 * 60 * minute), timeZone);
  const first = instant(shown - before);
  if (offsetMs(first, timeZone) === before) return first;
  const second = instant(shown - after);
  return offsetMs(second, timeZone) === after ? second : first;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of a time zone are ahead of UTC at an instant. */
function offsetMs(at: Instant, timeZone: string): number {
  const format = formats.get(timeZone) ?? formatOf(timeZone);
  formats.set(timeZone, format);
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute: min = 0, second: sec = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, min, sec) - Math.floor(at / 1_000) * 1_000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}
