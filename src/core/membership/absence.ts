import type { NodeId } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';

/** Nodes that were members and are not now. */
export type Absences = ReadonlyMap<NodeId, Absence>;

export type Absence = {
  readonly since: Instant;
  /** Whether it vanished as one of so many that the fault is taken to be on our side of the network. */
  readonly mass: boolean;
};

export type AbsenceInput = {
  readonly before: Absences;
  /** Nodes that should be here: members of the last look, and whoever still has work. */
  readonly expected: Iterable<NodeId>;
  readonly present: { has(node: NodeId): boolean; readonly size: number };
  readonly now: Instant;
  /** One session time-out. */
  readonly graceMs: number;
};

export type AbsenceVerdict = {
  readonly absences: Absences;
  /** These are gone: their work goes to others. */
  readonly lost: ReadonlyMap<NodeId, Absence>;
  /** When the next absent node is to be given up. */
  readonly wakeAt?: Instant;
};

/** Below this number an absence is never a mass loss: small clusters lose single nodes. */
const massMin = 3;

/**
 * Judges who is lost. An absent node is lost at once, unless more than a third of all nodes (and at least three) have
 * vanished within one grace period: then each has a grace period to come back, because to reassign half of a cluster
 * on a network fault of our own would double its work.
 */
export function judgeAbsences(input: AbsenceInput): AbsenceVerdict {
  const all = new Map<NodeId, Absence>();
  for (const [node, absence] of input.before) {
    if (!input.present.has(node)) all.set(node, absence);
  }
  for (const node of input.expected) {
    const isNew = !input.present.has(node) && !all.has(node);
    if (isNew) all.set(node, { since: input.now, mass: false });
  }
  const recent = [...all.values()].filter((absence) => !isOver(absence, input)).length;
  return giveUp(all, input, isMassLoss(recent, input.present.size + recent));
}

/** Whether so many nodes fail together that neither they nor their tasks can be the cause. */
export function isMassLoss(lost: number, all: number): boolean {
  return lost >= massMin && lost * 3 > all;
}

function isOver(absence: Absence, input: AbsenceInput): boolean {
  return input.now >= absence.since + input.graceMs;
}

function giveUp(all: ReadonlyMap<NodeId, Absence>, input: AbsenceInput, mass: boolean): AbsenceVerdict {
  const lost = new Map<NodeId, Absence>();
  const absences = new Map<NodeId, Absence>();
  let wakeMs = Number.POSITIVE_INFINITY;
  for (const [node, before] of all) {
    const over = isOver(before, input);
    const absence = { since: before.since, mass: before.mass || (mass && !over) };
    if (over || !absence.mass) lost.set(node, absence);
    else wakeMs = Math.min(wakeMs, absence.since + input.graceMs);
    // A lost node stays counted for one grace period: losses within it are losses at once.
    if (!over) absences.set(node, absence);
  }
  return { absences, lost, ...(Number.isFinite(wakeMs) ? { wakeAt: instant(wakeMs) } : {}) };
}
