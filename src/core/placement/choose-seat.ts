import type { JobId } from '../../base/ids.ts';
import { canDo } from '../membership/node.ts';
import type { TaskRef } from './draft.ts';
import { needMb, type Seat } from './seats.ts';
import { sourceOf } from './source-rooms.ts';

/** How many tasks of each job are with the nodes of each zone. */
export class ZoneCounts {
  readonly #byJob = new Map<JobId, Map<string, number>>();

  constructor(seats: readonly Seat[]) {
    for (const seat of seats) for (const ref of [...seat.slotted, ...seat.spare]) this.add(ref, seat);
  }

  add(ref: TaskRef, seat: Seat, by: 1 | -1 = 1): void {
    const zones = this.#byJob.get(ref.job.id) ?? new Map<string, number>();
    this.#byJob.set(ref.job.id, zones);
    zones.set(seat.node.zone, (zones.get(seat.node.zone) ?? 0) + by);
  }

  /** The tasks of this task's job by zone. */
  of(ref: TaskRef): ReadonlyMap<string, number> {
    return this.#byJob.get(ref.job.id) ?? nowhere;
  }
}

const nowhere: ReadonlyMap<string, number> = new Map();

/**
 * The seat with the smallest part of its slots in use. What its node reports of its load weighs less than one slot of
 * four; and among nodes that are about equal, a job's tasks are spread over the zones, so that the loss of one zone
 * stops part of a job only.
 */
export function bestSeat(
  seats: Iterable<Seat>,
  zones: ReadonlyMap<string, number>,
  suits: (seat: Seat) => boolean,
): Seat | undefined {
  let best: Seat | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  let all = 0;
  for (const count of zones.values()) all += count;
  for (const seat of seats) {
    const taken = (seat.slotted.length + seat.spare.length) / Math.max(1, seat.node.slots);
    const zone = (zones.get(seat.node.zone) ?? 0) / Math.max(1, all);
    const score = taken + seat.pressure * pressureWeight + zone * zoneWeight;
    if (score < bestScore && suits(seat)) {
      best = seat;
      bestScore = score;
    }
  }
  return best;
}

const pressureWeight = 0.25;
const zoneWeight = 0.05;

export function hasFreeSlot(seat: Seat): boolean {
  return seat.open && seat.slotted.length < seat.node.slots;
}

/** Whether a task could begin in a free slot of this seat, with the memory of the largest node as `capMb`. */
export function fits(seat: Seat, ref: TaskRef, capMb: number): boolean {
  return mayTake(seat, ref) && seat.memoryMb + needMb(ref, capMb) <= seat.node.memoryMb;
}

/**
 * Whether a task may come to this seat at all, be there room or not. Two under which something died never run on one
 * node: else a task that only happened to be near would be quarantined with the one that kills. And none comes to a node that
 * asks the task's source no more.
 */
export function mayTake(seat: Seat, ref: TaskRef): boolean {
  if (seat.mentioned.has(ref.id) || !canDo(seat.node, ref.task.plan.spec.kind)) return false;
  if (!hasSourceRoom(seat, ref)) return false;
  return ref.task.deaths.length === 0 || !(seat.slotted.some(isSuspect) || seat.spare.some(isSuspect));
}

function hasSourceRoom(seat: Seat, { task }: TaskRef): boolean {
  const source = sourceOf(task.plan.spec);
  if (source === undefined) return true;
  const isOfSource = (other: TaskRef) => sourceOf(other.task.plan.spec)?.name === source.name;
  const taken = seat.slotted.filter(isOfSource).length + seat.spare.filter(isOfSource).length;
  return taken < seat.rooms.onNode(seat.node.id, source);
}

function isSuspect({ task }: TaskRef): boolean {
  return task.deaths.length > 0;
}
