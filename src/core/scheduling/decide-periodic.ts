import { limits } from '../../base/limits.ts';
import { type Instant, instant, minute } from '../../base/units.ts';
import { lastCronTime, nextCronTime } from '../datasets/cron-times.ts';
import { type ArrivalCurve, type CronRule, leadMsOf, learnArrivals, periodMsAt } from './arrival-curve.ts';
import type { Expected } from './missed.ts';
import type { Ruling } from './ruling.ts';
import type { DueDataset, ScheduleFacts, Slot } from './schedule.ts';

/**
 * Decides about a periodic dataset. What a cron time brings is looked for from the moment on at which it comes at the
 * earliest, by what was learned of past times, or at the time itself; then with growing pauses until something has come, and
 * once more when the rest would be late. A new time takes the place of one that is still waited for: one scan finds what
 * both have brought.
 */
export function decidePeriodic(
  rule: CronRule,
  { facts, now, slot: known }: { facts: ScheduleFacts; now: Instant; slot: Slot | undefined },
): Ruling {
  const slot = known && current(known, { rule, facts, now });
  if (slot === undefined)
    return { kind: 'not_yet', reason: 'before_usual', ...nextSlot(rule, facts, { after: now }) };
  if (hasFound(slot, facts)) return afterArrival(slot, { rule, facts, now });
  if (now < slot.earlyAt) return { kind: 'not_yet', reason: 'before_usual', nextAt: slot.earlyAt, slot };
  const reason = now >= slot.lateAt ? 'late' : slot.looks === 0 ? 'due' : 'not_come_yet';
  const looked = { ...slot, looks: slot.looks + 1 };
  return { kind: 'scan', reason, nextAt: lookAfter(slot, { rule, now }), slot: looked };
}

/** What a dataset that begins to be looked for waits for: the last time since its definition said so, else the next one. */
export function firstSlot(
  rule: CronRule,
  facts: ScheduleFacts,
  { now, updatedAt }: { readonly now: Instant; readonly updatedAt: Instant },
): Pick<Ruling, 'nextAt' | 'slot'> {
  const last = lastCronTime(rule.cron, rule.timeZone, now);
  const after = last !== undefined && last > updatedAt ? instant(last - 1) : now;
  const first = nextSlot(rule, facts, { after });
  return first.nextAt === undefined ? first : { ...first, nextAt: instant(Math.max(now, first.nextAt)) };
}

/** The first time after `after` as what is waited for, and the first look at it. Nothing when there is no such time. */
function nextSlot(
  rule: CronRule,
  facts: ScheduleFacts,
  { after, aheadMs }: { readonly after: Instant; readonly aheadMs?: number },
): Pick<Ruling, 'nextAt' | 'slot'> {
  const due = nextCronTime(rule.cron, rule.timeZone, after);
  if (due === undefined) return {};
  const slot = slotOf(due, learnArrivals(rule, facts.arrivals), aheadMs);
  return { nextAt: slot.earlyAt, slot };
}

/** The last time whose data must be there by now, and whether it is; undefined before the first. */
export function expectedOf(
  { definition, updatedAt, schedule }: DueDataset,
  facts: ScheduleFacts,
  now: Instant,
): Expected | undefined {
  const { publish } = definition;
  if (publish.type !== 'periodic') return undefined;
  const lateMs = schedule.state?.slot?.curve?.lateMs ?? limits.scanToleranceMs;
  const due = lastCronTime(publish.cron, publish.timeZone, instant(now - lateMs));
  // What was due before anybody said so is nobody's fault.
  if (due === undefined || due < updatedAt) return undefined;
  const [newest] = facts.arrivals;
  return { due, hasCome: newest !== undefined && newest >= due - leadMsOf(periodMsAt(publish, due)) };
}

/**
 * Whether something came since the first look was due. What a backfill took in may be the past alone: it ends no wait, and
 * in the worst case what it has brought is looked for in vain until the next time.
 */
function hasFound(slot: Slot, { arrivals: [newest], backfilledAt }: ScheduleFacts): boolean {
  if (newest === undefined || newest < slot.earlyAt) return false;
  return backfilledAt === undefined || newest > backfilledAt;
}

/** What came may be a part, or yesterday's that was late: one more scan, unless the next time's first comes as soon. */
function afterArrival(
  slot: Slot,
  { rule, facts, now }: { rule: CronRule; facts: ScheduleFacts; now: Instant },
): Ruling {
  // Found at the very first look, it may have been there for hours: then the next first look is twice as far ahead.
  const aheadMs = slot.looks === 1 && slot.aheadMs !== undefined ? 2 * slot.aheadMs : 0;
  const next = nextSlot(rule, facts, { after: slot.due, aheadMs });
  const isSoon = next.nextAt !== undefined && next.nextAt <= Math.max(slot.lateAt, now);
  if (isSoon) return { kind: 'skipped', reason: 'arrived', ...next };
  if (now < slot.lateAt) return { kind: 'skipped', reason: 'arrived', nextAt: slot.lateAt, slot };
  return { kind: 'scan', reason: 'rest', ...next };
}

/** The time that is waited for now: a later one than was known, when that one's first look is due. */
function current(
  slot: Slot,
  { rule, facts, now }: { rule: CronRule; facts: ScheduleFacts; now: Instant },
): Slot {
  const due = lastCronTime(rule.cron, rule.timeZone, instant(now - earlyOffsetMs(slot)));
  return due === undefined || due <= slot.due ? slot : slotOf(due, learnArrivals(rule, facts.arrivals));
}

/** From the time itself to the first look. */
function earlyOffsetMs({ due, earlyAt }: Slot): number {
  return earlyAt - due;
}

function slotOf(due: Instant, curve: ArrivalCurve | undefined, aheadMsMin = 0): Slot {
  if (curve === undefined) {
    return { due, earlyAt: due, lateAt: instant(due + limits.scanToleranceMs), looks: 0 };
  }
  // Ahead of what was learned: only a look that finds nothing tells that it does not come earlier. Not before the time
  // itself, unless it comes before that anyway.
  const pauseMs = firstPauseMs(curve.lateMs - curve.earlyMs);
  const aheadMs = Math.max(pauseMs, Math.min(aheadMsMin, curve.earlyMs));
  const lateAt = instant(due + curve.lateMs);
  return { due, earlyAt: instant(due + curve.earlyMs - aheadMs), lateAt, aheadMs, looks: 0, curve };
}

/**
 * After each look half as long again as after the one before, but never past the moment from which on it is late, nor past
 * the first look for the next time.
 */
function lookAfter(slot: Slot, { rule, now }: { rule: CronRule; now: Instant }): Instant {
  const pauseMs = firstPauseMs(slot.lateAt - slot.earlyAt) * 1.5 ** Math.min(slot.looks, 32);
  const pausedUntil = now + Math.min(limits.lookPauseMsMax, Math.round(pauseMs));
  const following = nextCronTime(rule.cron, rule.timeZone, slot.due);
  const moments = [slot.lateAt, following === undefined ? pausedUntil : following + earlyOffsetMs(slot)];
  return instant(Math.min(pausedUntil, ...moments.filter((moment) => moment > now)));
}

function firstPauseMs(spanMs: number): number {
  return Math.min(limits.lookFirstPauseMsMax, Math.max(1 * minute, Math.round(spanMs / 8)));
}
