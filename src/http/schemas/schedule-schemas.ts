import { count, list, number, object, text, time, word } from './schema-kit.ts';

const reason = word(
  'registered',
  'definition_changed',
  'due',
  'not_come_yet',
  'late',
  'rest',
  'poll',
  'catch_up',
  'just_registered',
  'before_usual',
  'in_turn',
  'scan_open',
  'backfill_open',
  'backfill_paused',
  'arrived',
  'asked_for',
);

const decisionSchema = object(
  { at: time, dueAt: time, kind: word('scan', 'not_yet', 'skipped'), reason, text },
  { nextAt: time, job: text },
);

export const scheduleSchema = object(
  {
    dataset: text,
    type: word('static', 'periodic', 'continuous'),
    why: text,
    decisions: list(decisionSchema),
  },
  {
    nextScanAt: time,
    waitsFor: object({ due: time, lateAt: time }),
    usual: object({ earlyMs: number, usualMs: number, lateMs: number, points: count }),
  },
);
