import { day as dayMs, hour as hourMs, type Instant, instant } from '../../base/units.ts';
import type { TimeSlice } from '../../core/datasets/time-slice.ts';

/**
 * SQLite has no times: it compares their texts. Slices are ranges of texts that touch each other, so that whatever a column
 * holds is in just one of them, a date that does not exist or `2001-1-5` among them.
 */

const firstMs = new Date(0).setUTCFullYear(1, 0, 1);
const lastMs = Date.UTC(9999, 11, 31);

/** The ranges of texts that a slice consists of, their ends exclusive; undefined is the end of all times. */
export function sliceBounds({
  grain,
  startMs,
  endMs,
}: TimeSlice): readonly (readonly [string, string | undefined])[] {
  const end = endMs > lastMs + dayMs - 1 ? undefined : dateText(endMs);
  if (grain !== 'hour') return [[dateText(startMs), end]];
  const date = dateText(startMs);
  const nextDate = startMs + dayMs > lastMs ? undefined : dateText(startMs + dayMs);
  const texts = hoursOf(date);
  const at = new Date(startMs).getUTCHours();
  return [at, at + 24].map((index) => [texts[index] ?? date, texts[index + 1] ?? nextDate] as const);
}

/** The start of the hour that holds a text of at least 13 characters of a time, by the order of texts. */
export function timeOfText(text: string): Instant {
  let [low, high] = [0, (lastMs - firstMs) / dayMs];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (dateText(firstMs + middle * dayMs) <= text) low = middle;
    else high = middle - 1;
  }
  const startMs = firstMs + low * dayMs;
  const index = hoursOf(dateText(startMs)).findLastIndex((hour) => hour <= text);
  return instant(startMs + (Math.max(0, index) % 24) * hourMs);
}

/** Where the hours of a day begin, first those that are written with a blank, then those with a `T`. */
function hoursOf(date: string): readonly string[] {
  const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
  return [
    ...hours.map((hour) => (hour === '00' ? date : `${date} ${hour}`)),
    ...hours.map((hour) => `${date}T${hour}`),
  ];
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
