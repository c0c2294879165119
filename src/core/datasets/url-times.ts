import type { PartitionKey } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { PublishRule, TimeGrain } from './definition.ts';
import { localTimeOf } from './local-time.ts';
import { timeKey } from './partition-key.ts';

/**
 * The newest time that a file may stand for: the one after the present one, for some are published ahead. By the clocks of
 * the place where it is published; shown as an instant in UTC, as keys are.
 */
export function newestTime(now: Instant, publish: PublishRule, grain: TimeGrain): Instant {
  const zone = publish.type === 'periodic' ? publish.timeZone : 'UTC';
  const { year, month, day, minutes } = localTimeOf(now, zone);
  return stepped(instant(Date.UTC(year, month - 1, day, 0, minutes)), grain, 1);
}

/** Times from `newest` back to `oldest`, both included, newest first: at most `max`. */
export function timesBack(span: {
  readonly newest: Instant;
  readonly oldest: Instant;
  readonly grain: TimeGrain;
  readonly max: number;
}): readonly PartitionKey[] {
  const { newest, oldest, grain, max } = span;
  const keys: PartitionKey[] = [];
  const first = startOf(oldest, grain);
  for (let at = startOf(newest, grain); at >= first && keys.length < max; at = stepped(at, grain, -1)) {
    keys.push(timeKey(at, grain));
  }
  return keys;
}

function startOf(at: Instant, grain: TimeGrain): Instant {
  return stepped(at, grain, 0);
}

/** The start of the time slice that lies `by` slices from that of `at`. */
function stepped(at: Instant, grain: TimeGrain, by: number): Instant {
  const date = new Date(at);
  const [year, month, day, hour] = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
  ];
  switch (grain) {
    case 'year':
      return instant(Date.UTC(year + by, 0));
    case 'month':
      return instant(Date.UTC(year, month + by));
    case 'day':
      return instant(Date.UTC(year, month, day + by));
    case 'hour':
      return instant(Date.UTC(year, month, day, hour + by));
  }
}
