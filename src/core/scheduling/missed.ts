import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';

/** The last time whose data must be there by now, and whether it is. */
export type Expected = { readonly due: Instant; readonly hasCome: boolean };

/** A time whose data did not come, of which people were told, and which has not come since. */
export type Missed = { readonly due: Instant; readonly toldAt: Instant };

/** What people are to be told, and what is remembered of it. */
export type MissedVerdict = {
  readonly tell?: { readonly due: Instant; readonly arrived: boolean };
  readonly missed?: Missed;
};

/** One message for each missed time, at most one a day while nothing comes, and one when it has come after all. */
export function judgeMissed(
  expected: Expected | undefined,
  missed: Missed | undefined,
  now: Instant,
): MissedVerdict {
  const kept = missed === undefined ? {} : { missed };
  if (expected === undefined) return kept;
  const { due, hasCome } = expected;
  if (hasCome) return missed === undefined ? {} : { tell: { due: missed.due, arrived: true } };
  const wasTold =
    missed !== undefined && (missed.due === due || now - missed.toldAt < limits.missedScanRepeatMs);
  return wasTold ? kept : { tell: { due, arrived: false }, missed: { due, toldAt: now } };
}
