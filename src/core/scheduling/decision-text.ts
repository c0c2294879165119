import type { PublishRule } from '../datasets/definition.ts';
import type { DecisionReason, ScheduleDecision } from './schedule.ts';

/** A reason for people, as the end of a sentence. */
export function decisionText(reason: DecisionReason): string {
  return texts[reason];
}

/** Why a dataset is looked at next when it is, by the last decision about it. */
export function standingText(type: PublishRule['type'], last: ScheduleDecision | undefined): string {
  if (last === undefined) return 'nothing was decided yet: it is looked at within a moment';
  const decided = `${kinds[last.kind]}: ${texts[last.reason]}`;
  const ends = type === 'static' && last.nextAt === undefined;
  return ends
    ? `${decided}; it is static, and scanned again when its definition changes or on request`
    : decided;
}

const kinds = { scan: 'scanned', not_yet: 'not yet', skipped: 'skipped' } as const satisfies Record<
  ScheduleDecision['kind'],
  string
>;

const texts = {
  registered: 'it was registered',
  definition_changed: 'its definition was changed',
  due: 'its time has come',
  not_come_yet: 'nothing new had come at the look before',
  late: 'it is later than it usually is',
  rest: 'something has come, and the rest may have come after it',
  poll: 'it is looked at again and again',
  catch_up: 'its time came while no scheduler ran',
  just_registered: 'it was registered or changed a moment ago, and a backfill may follow',
  before_usual: 'its data usually comes later',
  in_turn: 'many were overdue at once, and take their turns',
  scan_open: 'a scan of it has not ended',
  backfill_open: 'a backfill of it is at work',
  backfill_paused: 'a backfill of it is paused',
  arrived: 'something new has come',
  asked_for: 'somebody has asked for its data since it was registered or changed',
} as const satisfies Record<DecisionReason, string>;
