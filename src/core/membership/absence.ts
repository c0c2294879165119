import type { NodeId } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';

/** Nodes that were members and are not now, each with the time since when. */
export type Absences = ReadonlyMap<NodeId, Instant>;

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
  readonly lost: ReadonlySet<NodeId>;
  /** So many are absent at once that the fault is taken to be on our side of the network. */
  readonly mass: boolean;
  /** When the next absent node is to be given up. */
  readonly wakeAt?: Instant;
};

/** Below this number an absence is never a mass loss: small clusters lose single nodes. */
const massMin = 3;

/**
 * Judges who is lost. An absent node is lost at once, unless more than a third of all nodes (and at least three) are
 * absent within one grace period: then each has a grace period to come back, because to reassign half of a cluster on
 * a network fault of our own would double its work.
 */
export function judgeAbsences(input: AbsenceInput): AbsenceVerdict {
  const absences = new Map<NodeId, Instant>();
  for (const [node, since] of input.before) {
    if (!input.present.has(node)) absences.set(node, since);
  }
  for (const node of input.expected) {
    if (!input.present.has(node) && !absences.has(node)) absences.set(node, input.now);
  }
  const mass = absences.size >= massMin && absences.size * 3 > input.present.size + absences.size;
  return { ...giveUp(absences, input, mass), mass };
}

function giveUp(
  absences: Map<NodeId, Instant>,
  input: AbsenceInput,
  mass: boolean,
): Omit<AbsenceVerdict, 'mass'> {
  const lost = new Set<NodeId>();
  const kept = new Map<NodeId, Instant>();
  let wakeMs = Number.POSITIVE_INFINITY;
  for (const [node, since] of absences) {
    const overMs = since + input.graceMs;
    const over = input.now >= overMs;
    if (over || !mass) lost.add(node);
    // A node that is lost stays counted for one grace period: losses within it are losses at once.
    if (!over) kept.set(node, since);
    if (!over && mass) wakeMs = Math.min(wakeMs, overMs);
  }
  return { absences: kept, lost, ...(Number.isFinite(wakeMs) ? { wakeAt: instant(wakeMs) } : {}) };
}
