import type { DatasetName, JobId } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import type { ArrivalCurve } from './arrival-curve.ts';
import type { Missed, MissedVerdict } from './missed.ts';

/** When a dataset is looked at next, and what is remembered from one look to the next. */
export type Schedule = {
  /** Grows with each write: of two who decide at once, the second one's decision is refused. */
  readonly version: number;
  /** Undefined: not before its definition changes. */
  readonly nextAt?: Instant;
  /** Undefined until something was decided. */
  readonly state?: ScheduleState;
};

export type ScheduleState = {
  /** The version of the definition that it was made for. */
  readonly definition: number;
  /** The newest first; the last 20. */
  readonly decisions: readonly ScheduleDecision[];
  /** The last scan that a schedule asked for. */
  readonly lastScan?: JobId;
  /** Of a periodic dataset: the time that is waited for. */
  readonly slot?: Slot;
  /** Of a continuous dataset: between two looks. */
  readonly pollMs?: number;
  /** Since when it was overdue when it was put into a place of its own after a downtime. */
  readonly spreadFrom?: Instant;
  /** Of a periodic dataset: what did not come, and people were told. */
  readonly missed?: Missed;
};

/** A time that a cron expression names, and when its data is looked for. */
export type Slot = {
  readonly due: Instant;
  /** The first look. */
  readonly earlyAt: Instant;
  /** Behind the curve from then on. */
  readonly lateAt: Instant;
  /** How much the first look is ahead of what was learned; absent while too little was. */
  readonly aheadMs?: number;
  /** So many scans have looked for it. */
  readonly looks: number;
  /** From past arrivals; undefined while there are too few. */
  readonly curve?: ArrivalCurve;
};

/** What was decided at one look, and why. */
export type ScheduleDecision = {
  readonly at: Instant;
  /** When it should have been looked at. */
  readonly dueAt: Instant;
  readonly kind: DecisionKind;
  readonly reason: DecisionReason;
  readonly nextAt?: Instant;
  /** Of `kind: scan`: the job. */
  readonly job?: JobId;
};

/** `not_yet`: it will be looked for later. `skipped`: there is nothing to look for now, or something is in the way. */
export type DecisionKind = 'scan' | 'not_yet' | 'skipped';

export type DecisionReason = ScanReason | NotYetReason | SkipReason;

export type ScanReason =
  /** It is new, and nobody has asked for its data. */
  | 'registered'
  | 'definition_changed'
  /** The first look at what a cron time brings. */
  | 'due'
  /** It was looked for and had not come. */
  | 'not_come_yet'
  /** It is later than it usually is. */
  | 'late'
  /** Something has come: once more, for what came after it. */
  | 'rest'
  | 'poll'
  /** Its time came while nobody scheduled. */
  | 'catch_up';

export type NotYetReason =
  /** People are given a moment to ask for a backfill themselves. */
  | 'just_registered'
  /** It usually comes later. */
  | 'before_usual'
  /** Many were overdue at once, and are looked at one after the other. */
  | 'in_turn';

export type SkipReason =
  | 'scan_open'
  | 'backfill_open'
  | 'backfill_paused'
  /** What was waited for is there. */
  | 'arrived'
  /** Somebody asked for its data since it was registered or changed. */
  | 'asked_for';

/** A dataset whose next look is due, as a decision needs it. */
export type DueDataset = {
  readonly definition: DatasetDefinition;
  /** Of the definition. */
  readonly version: number;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
  readonly schedule: Schedule & { readonly nextAt: Instant };
};

/** What is known about the work on a dataset, and about what has come. */
export type ScheduleFacts = {
  /** Work that takes its partitions in and has not ended. */
  readonly open?: 'scan' | 'backfill' | 'paused_backfill';
  /** Whether somebody asked for its data since its definition was last changed. */
  readonly wasAskedFor: boolean;
  /** How the last scan of its schedule ended, and how many partitions were new or changed; undefined while it is open or unknown. */
  readonly lastScan?: { readonly status: 'succeeded' | 'failed' | 'cancelled'; readonly changed: number };
  /** When its last partitions were taken in for the first time, the newest first. */
  readonly arrivals: readonly Instant[];
  /** When its last backfill ended, if that was looked up. */
  readonly backfilledAt?: Instant;
};

/** What follows from one look. */
export type Verdict = {
  readonly dataset: DatasetName;
  readonly decision: ScheduleDecision;
  readonly state: ScheduleState;
  /** What the owner of a periodic dataset is to be told: that it did not come by then, or has come after all. */
  readonly tell?: MissedVerdict['tell'];
};
