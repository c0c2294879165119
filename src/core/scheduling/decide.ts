import { unreachable } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import { catchUpPlace } from './catch-up.ts';
import { decideContinuous } from './decide-continuous.ts';
import { decidePeriodic, expectedOf, firstSlot } from './decide-periodic.ts';
import { judgeMissed } from './missed.ts';
import type { Ruling } from './ruling.ts';
import type { DueDataset, ScheduleDecision, ScheduleFacts, ScheduleState, Verdict } from './schedule.ts';

export type Moment = {
  readonly now: Instant;
  /** Whether more is due than one tick begins: then what is long overdue is spread over the minutes that follow. */
  readonly isCrowded: boolean;
};

/**
 * Decides what to do about one dataset at one moment: scan it now, look again later, or skip it; with the reason and the next
 * moment to look. The same dataset, facts and moment always give the same: whoever decides, and however many do.
 */
export function decide(one: DueDataset, facts: ScheduleFacts, moment: Moment): Verdict {
  const { now } = moment;
  const ruling = rulingOf(one, facts, moment);
  const { kind, reason, slot, pollMs } = ruling;
  const dueAt = one.schedule.nextAt;
  // Later than this look, by whichever clock: due times of a dataset never come back.
  const next = ruling.nextAt === undefined ? {} : { nextAt: instant(Math.max(ruling.nextAt, dueAt + 1)) };
  const decision = { at: now, dueAt, kind, reason, ...next };
  const before = one.schedule.state;
  const { tell, missed } = judgeMissed(expectedOf(one, facts, now), before?.missed, now);
  const state: ScheduleState = {
    // What was put off is not begun: the next look begins it.
    definition: isPutOff(ruling) ? (before?.definition ?? 0) : one.version,
    decisions: added(decision, before?.decisions ?? []),
    ...(before?.lastScan === undefined ? {} : { lastScan: before.lastScan }),
    ...(slot === undefined ? {} : { slot }),
    ...(pollMs === undefined ? {} : { pollMs }),
    ...(reason === 'in_turn' ? { spreadFrom: dueAt } : {}),
    ...(missed === undefined ? {} : { missed }),
  };
  const { dataset } = one.definition;
  return { dataset, decision, state, ...(tell === undefined ? {} : { tell }) };
}

/** What is said again and again takes the place of what was said before, so that the rest is not lost behind it. */
function added(decision: ScheduleDecision, before: readonly ScheduleDecision[]): readonly ScheduleDecision[] {
  const isRepeated = decision.kind !== 'scan' && before[0]?.reason === decision.reason;
  return [decision, ...(isRepeated ? before.slice(1) : before)].slice(0, limits.scheduleDecisionsKept);
}

/** Whether it says nothing about the dataset itself, but only that something is in the way for a moment. */
function isPutOff({ reason }: Ruling): boolean {
  return (
    reason === 'just_registered' ||
    reason === 'in_turn' ||
    reason === 'scan_open' ||
    reason === 'backfill_open' ||
    reason === 'backfill_paused'
  );
}

function rulingOf(one: DueDataset, facts: ScheduleFacts, { now, isCrowded }: Moment): Ruling {
  const { state } = one.schedule;
  const kept = keptOf(state);
  if (facts.open !== undefined) {
    const pauseMs = facts.open === 'paused_backfill' ? limits.schedulePausedMs : limits.scheduleRecheckMs;
    return { kind: 'skipped', reason: inTheWay[facts.open], nextAt: instant(now + pauseMs), ...kept };
  }
  const place = isCrowded ? catchUpPlace(one, now) : undefined;
  if (place !== undefined) return { kind: 'not_yet', reason: 'in_turn', nextAt: place, ...kept };
  if (state?.definition !== one.version) return begin(one, facts, now);
  const ruling = byType(one, facts, now);
  const isCaughtUp = state.spreadFrom !== undefined && ruling.kind === 'scan';
  return isCaughtUp ? { ...ruling, reason: 'catch_up' } : ruling;
}

const inTheWay = {
  scan: 'scan_open',
  backfill: 'backfill_open',
  paused_backfill: 'backfill_paused',
} as const satisfies Record<NonNullable<ScheduleFacts['open']>, ScheduleDecision['reason']>;

function keptOf(state: ScheduleState | undefined): Pick<ScheduleState, 'slot' | 'pollMs'> {
  return {
    ...(state?.slot === undefined ? {} : { slot: state.slot }),
    ...(state?.pollMs === undefined ? {} : { pollMs: state.pollMs }),
  };
}

/** A dataset that is new or was changed: one scan, unless somebody asks for its data within a moment, as is usual. */
function begin(one: DueDataset, facts: ScheduleFacts, now: Instant): Ruling {
  const graceEnd = instant(one.updatedAt + limits.registrationGraceMs);
  if (!facts.wasAskedFor && now < graceEnd) {
    return { kind: 'not_yet', reason: 'just_registered', nextAt: graceEnd };
  }
  const onwards = startOf(one, facts, now);
  if (facts.wasAskedFor) return { kind: 'skipped', reason: 'asked_for', ...onwards };
  const reason = one.version === 1 ? 'registered' : 'definition_changed';
  return { kind: 'scan', reason, ...onwards };
}

/** From when on the rule of its type holds. */
function startOf(one: DueDataset, facts: ScheduleFacts, now: Instant): Omit<Ruling, 'kind' | 'reason'> {
  const { publish } = one.definition;
  switch (publish.type) {
    case 'static':
      return {};
    case 'periodic':
      return firstSlot(publish, facts, { now, updatedAt: one.updatedAt });
    case 'continuous':
      return { nextAt: instant(now + limits.pollMsDefault), pollMs: limits.pollMsDefault };
    default:
      return unreachable(publish);
  }
}

function byType(one: DueDataset, facts: ScheduleFacts, now: Instant): Ruling {
  const { publish } = one.definition;
  switch (publish.type) {
    case 'static':
      // Its row was written without a change of its definition: nothing is new.
      return { kind: 'skipped', reason: 'asked_for' };
    case 'periodic':
      return decidePeriodic(publish, { facts, now, slot: one.schedule.state?.slot });
    case 'continuous':
      return decideContinuous(one.schedule.state?.pollMs ?? limits.pollMsDefault, facts, now);
    default:
      return unreachable(publish);
  }
}
