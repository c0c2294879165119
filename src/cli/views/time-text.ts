import type { Instant } from '../../base/units.ts';

/** A time for people, in UTC: `2001-01-31 05:12:33Z`. */
export function timeText(at: Instant | number): string {
  return new Date(at).toISOString().replace('T', ' ').replace(/\.\d+/, '');
}
