import type { Instant } from '../../base/units.ts';
import type { ResultStatus } from '../checks/result.ts';
import type { QuietHours } from '../datasets/definition.ts';
import { instantOf, localTimeOf } from '../datasets/local-time.ts';

/** When a message of that status may go out: now, or at the end of the quiet hours. */
export function releaseAt(quiet: QuietHours | undefined, status: ResultStatus, at: Instant): Instant {
  if (quiet === undefined) return at;
  if (quiet.exceptFail && (status === 'fail' || status === 'error')) return at;
  const { from, to, timeZone } = quiet;
  const local = localTimeOf(at, timeZone);
  const passesMidnight = from > to;
  const isQuiet = passesMidnight
    ? local.minutes >= from || local.minutes < to
    : local.minutes >= from && local.minutes < to;
  if (!isQuiet) return at;
  const isTomorrow = passesMidnight && local.minutes >= from;
  const end = instantOf({ ...local, day: local.day + (isTomorrow ? 1 : 0), minutes: to }, timeZone);
  // Where clocks go back in that hour, the end has been already: the message is late enough then.
  return end > at ? end : at;
}
