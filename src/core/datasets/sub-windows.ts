import type { PartitionKey } from '../../base/ids.ts';
import { day } from '../../base/units.ts';
import { partitionStart } from './partition-key.ts';

/** How a window is cut: into weeks, which begin on Monday, months or years; in UTC. */
export const windowGrains = ['day', 'week', 'month', 'year'] as const;
export type WindowGrain = (typeof windowGrains)[number];

/**
 * The name of the part of time that a partition begins in: `2001-01-29` of a day, or of a week by its Monday, `2001-01`,
 * `2001`. Undefined for a partition whose key names no time.
 */
export function windowOf(key: PartitionKey, by: WindowGrain): string | undefined {
  const start = partitionStart(key);
  if (start === undefined) return undefined;
  switch (by) {
    case 'day':
      return isoDate(start);
    case 'week': {
      // 1970-01-01 was a Thursday.
      const sinceMonday = (Math.floor(start / day) + 3) % 7;
      return isoDate(start - ((sinceMonday + 7) % 7) * day);
    }
    case 'month':
      return isoDate(start).slice(0, -3);
    case 'year':
      return isoDate(start).slice(0, -6);
  }
}

function isoDate(at: number): string {
  return new Date(at).toISOString().slice(0, -14);
}
