import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { Ruling } from './ruling.ts';
import type { ScheduleFacts } from './schedule.ts';

/**
 * A dataset that is published at any time is looked at again and again: twice as often after a look that found something,
 * half as often again after one that found nothing, half as often after one that failed; within a minute and an hour.
 */
export function decideContinuous(pollMs: number, { lastScan }: ScheduleFacts, now: Instant): Ruling {
  const adapted = Math.round(pollMs * factorOf(lastScan));
  const nextMs = Math.min(limits.pollMsMax, Math.max(limits.pollMsMin, adapted));
  return { kind: 'scan', reason: 'poll', nextAt: instant(now + nextMs), pollMs: nextMs };
}

function factorOf(scan: ScheduleFacts['lastScan']): number {
  if (scan === undefined || scan.status === 'cancelled') return 1;
  if (scan.status === 'failed') return 2;
  return scan.changed > 0 ? 0.5 : 1.5;
}
