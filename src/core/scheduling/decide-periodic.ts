import { limits } from '../../base/limits.ts';
import { type Instant, instant, minute } from '../../base/units.ts';
import { lastCronTime, nextCronTime } from '../datasets/cron-times.ts';
import { type ArrivalCurve, type CronRule, leadMsOf, learnArrivals, periodMsAt } from './arrival-curve.ts';
import type { Expected } from './missed.ts';
import type { Ruling } from './ruling.ts';
import type { DueDataset, ScheduleFacts, Slot } from './schedule.ts';

/**
 * Decides about a periodic dataset. What a cron time brings is looked for from the moment on at which it comes at the
 * earliest, by what was learned of past times, or at the time itself; then with growing pauses until it is there. A new time
 * takes the place of one that is still waited for: one scan finds what both have brought.
 */
export function decidePeriodic(
  rule: CronRule,
  { facts, now, slot: known }: { facts: ScheduleFacts; now: Instant; slot: Slot | undefined },
): Ruling {
  const slot = known && current(known, { rule, facts, now });
  if (slot === undefined) return { kind: 'not_yet', reason: 'before_usual', ...nextSlot(rule, facts, now) };
  if (hasArrived(slot.due, rule, facts)) {
    return { kind: 'skipped', reason: 'arrived', ...nextSlot(rule, facts, slot.due) };
  }
  if (now < slot.earlyAt) return { kind: 'not_yet', reason: 'before_usual', nextAt: slot.earlyAt, slot };
  const reason = now >= slot.lateAt ? 'late' : slot.looks === 0 ? 'due' : 'not_come_yet';
  return { kind: 'scan', reason, nextAt: lookAfter(slot, now), slot: { ...slot, looks: slot.looks + 1 } };
}

/** What a dataset that begins to be looked for waits for: the last time since its definition said so, else the next one. */
export function firstSlot(
  rule: CronRule,
  facts: ScheduleFacts,
  { now, updatedAt }: { readonly now: Instant; readonly updatedAt: Instant },
): Pick<Ruling, 'nextAt' | 'slot'> {
  const last = lastCronTime(rule.cron, rule.timeZone, now);
  const first = nextSlot(rule, facts, last !== undefined && last > updatedAt ? instant(last - 1) : now);
  return first.nextAt === undefined ? first : { ...first, nextAt: instant(Math.max(now, first.nextAt)) };
}

/** The first time after `after` as what is waited for, and the first look at it. Nothing when there is no such time. */
function nextSlot(rule: CronRule, facts: ScheduleFacts, after: Instant): Pick<Ruling, 'nextAt' | 'slot'> {
  const due = nextCronTime(rule.cron, rule.timeZone, after);
  if (due === undefined) return {};
  const slot = slotOf(due, learnArrivals(rule, facts.arrivals));
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
  return { due, hasCome: hasArrived(due, publish, facts) };
}

function hasArrived(due: Instant, rule: CronRule, { arrivals: [newest] }: ScheduleFacts): boolean {
  return newest !== undefined && newest >= due - leadMsOf(periodMsAt(rule, due));
}

/** The time that is waited for now: a later one than was known, when that one's first look is due. */
function current(
  slot: Slot,
  { rule, facts, now }: { rule: CronRule; facts: ScheduleFacts; now: Instant },
): Slot {
  const earlyMs = slot.curve?.earlyMs ?? 0;
  const due = lastCronTime(rule.cron, rule.timeZone, instant(now - earlyMs));
  return due === undefined || due <= slot.due ? slot : slotOf(due, learnArrivals(rule, facts.arrivals));
}

function slotOf(due: Instant, curve: ArrivalCurve | undefined): Slot {
  if (curve === undefined) {
    return { due, earlyAt: due, lateAt: instant(due + limits.scanToleranceMs), looks: 0 };
  }
  // One pause earlier than it ever was: what was found at the first look may have been there before, and only a look that
  // finds nothing can tell.
  const earlyAt = instant(due + curve.earlyMs - firstPauseMs(curve.lateMs - curve.earlyMs));
  return { due, earlyAt, lateAt: instant(due + curve.lateMs), looks: 0, curve };
}

/** After each look half as long again as after the one before, but never past the moment from which on it is late. */
function lookAfter(slot: Slot, now: Instant): Instant {
  const pauseMs = firstPauseMs(slot.lateAt - slot.earlyAt) * 1.5 ** Math.min(slot.looks, 32);
  const next = instant(now + Math.min(limits.lookPauseMsMax, Math.round(pauseMs)));
  return now < slot.lateAt && next > slot.lateAt ? slot.lateAt : next;
}

function firstPauseMs(spanMs: number): number {
  return Math.min(limits.lookFirstPauseMsMax, Math.max(1 * minute, Math.round(spanMs / 8)));
}
