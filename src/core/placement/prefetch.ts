import type { DatasetName } from '../../base/ids.ts';
import type { JobPriority } from '../jobs/job.ts';
import type { TaskKind } from '../jobs/task.ts';
import type { NodeDescription } from '../membership/node.ts';
import { type Assigning, release } from './assigning.ts';
import { bestSeat, mayTake } from './choose-seat.ts';
import { priorities } from './claims.ts';
import type { TaskRef } from './draft.ts';
import { Estimates } from './durations.ts';
import type { Durations } from './memory.ts';
import type { PlacementRules } from './rules.ts';
import { needMb, type Seat } from './seats.ts';

/** Lets the best claims that found no slot wait in front of nodes. */
export function prefetch(assigning: Assigning): void {
  const { claims, seats } = assigning;
  const best = bestClaim(assigning);
  if (best === undefined) return;
  const room = new Set(seats.filter((seat) => seat.open && seat.slotted.length >= seat.node.slots));
  // What did not fit may fit behind others that came later: more will have left before it.
  while (fillRoom(assigning, best, room)) claims.rewind();
}

type BestClaim = { readonly priority: JobPriority; readonly datasets: ReadonlySet<DatasetName> };

/** Goes over all best claims once; true if any found a place and there is room for more. */
function fillRoom(assigning: Assigning, best: BestClaim, room: Set<Seat>): boolean {
  const { claims, draft, zones, estimates, capMb } = assigning;
  const { rules } = assigning.world;
  let placed = false;
  let kind: TaskKind | undefined;
  const isFull = (seat: Seat): boolean => {
    const usualMs = kind === undefined ? undefined : estimates.usualMs(kind);
    return seat.spare.length >= prefetchMax(usualMs, seat.node.slots, rules);
  };
  while (room.size > 0) {
    const ref = claims.next(best.priority, best.datasets);
    if (ref === undefined) return placed;
    if (!isShort(assigning, ref, false)) continue;
    if (kind !== ref.task.plan.spec.kind) {
      kind = ref.task.plan.spec.kind;
      for (const seat of room) if (isFull(seat)) room.delete(seat);
    }
    const seat = bestSeat(room, zones.of(ref), (each) => fitsBehind(each, ref, capMb));
    if (seat === undefined) continue;
    draft.assign(ref, seat.node.id, needMb(ref, capMb));
    seat.spare.push(ref);
    zones.add(ref, seat);
    claims.served(ref, false);
    placed = true;
    if (isFull(seat)) room.delete(seat);
  }
  return false;
}

/** How many tasks that usually take this long may wait in front of a node: what it does until the leader can decide again. */
function prefetchMax(
  usualMs: number | undefined,
  slots: number,
  rules: Pick<PlacementRules, 'prefetchPerNodeMin' | 'prefetchPerNodeMax' | 'prefetchHorizonMs'>,
): number {
  const { prefetchPerNodeMin: min, prefetchPerNodeMax: max, prefetchHorizonMs } = rules;
  if (usualMs === undefined) return min;
  return Math.min(max, Math.max(min, Math.ceil((slots * prefetchHorizonMs) / Math.max(1, usualMs))));
}

/** How many tasks these nodes may have in all, running and in front of them, if all are of the shortest kind that is known. */
export function holdableTasks(
  nodes: readonly NodeDescription[],
  durations: Durations,
  rules: PlacementRules,
): number {
  const estimates = new Estimates(durations);
  const usual = Array.from(durations.keys(), (kind) => estimates.usualMs(kind));
  const shortestMs = Math.min(...usual.map((each) => each ?? Number.POSITIVE_INFINITY));
  return nodes.reduce((sum, { slots }) => sum + slots + prefetchMax(shortestMs, slots, rules), 0);
}

/** Whether a task is of a kind that usually takes so little that it may wait in front of a node. */
export function isShort({ world, estimates }: Assigning, ref: TaskRef, unlessKnown: boolean): boolean {
  const usualMs = estimates.usualMs(ref.task.plan.spec.kind);
  return usualMs === undefined ? unlessKnown : usualMs <= world.rules.prefetchTaskMsMax;
}

/** Calls those back from in front of nodes that have no best claim any more; true if there were any. */
export function callBack(assigning: Assigning): boolean {
  const { seats, claims } = assigning;
  const best = bestClaim(assigning);
  if (best === undefined) return false;
  let called = false;
  for (const seat of seats) {
    const stays = (ref: TaskRef, place: number) =>
      ref.job.priority === best.priority &&
      (best.datasets.has(ref.job.dataset) || beginsSoon(assigning, seat, { ref, place }));
    for (const ref of seat.spare.filter((each, place) => !stays(each, place))) {
      claims.uncount(ref);
      release(assigning, seat, ref);
      claims.add(ref);
      called = true;
    }
  }
  return called;
}

/**
 * Whether a task has begun before it could be called back: then it would run twice, for nothing. `place`: how many wait in
 * front of it.
 */
function beginsSoon(
  { estimates, world }: Assigning,
  { node }: Seat,
  { ref, place }: { readonly ref: TaskRef; readonly place: number },
): boolean {
  const usualMs = estimates.usualMs(ref.task.plan.spec.kind);
  if (usualMs === undefined) return false;
  return (usualMs * (place + 1)) / Math.max(1, node.slots) <= world.rules.prefetchHorizonMs;
}

/** All that wait in front of a node must fit in, once as many of those that have a slot have ended, whichever they are. */
function fitsBehind(seat: Seat, ref: TaskRef, capMb: number): boolean {
  if (!mayTake(seat, ref)) return false;
  const need = (each: TaskRef) => needMb(each, capMb);
  const waitingMb = sum(seat.spare.map(need)) + need(ref);
  if (seat.memoryMb + waitingMb <= seat.node.memoryMb) return true;
  const leaving = seat.slotted
    .map(need)
    .toSorted((a, b) => a - b)
    .slice(0, seat.spare.length + 1);
  return seat.memoryMb - sum(leaving) + waitingMb <= seat.node.memoryMb;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

/**
 * The most urgent class in which anybody waits for a slot, and the datasets in it that may wait in front of nodes:
 * those with at most twice the share of the one with the smallest (and one task), for a slot that becomes free must not
 * fall to a task that merely happens to wait there.
 */
function bestClaim({ seats, claims }: Assigning): BestClaim | undefined {
  for (const priority of priorities) {
    const waiting = new Set(claims.waiting(priority));
    for (const seat of seats) {
      for (const ref of seat.spare) if (ref.job.priority === priority) waiting.add(ref.job.dataset);
    }
    if (waiting.size === 0) continue;
    const share = (dataset: DatasetName) => claims.share(priority, dataset);
    const smallest = Math.min(...[...waiting].map(share));
    const datasets = new Set([...waiting].filter((dataset) => share(dataset) <= 2 * smallest + 1));
    return { priority, datasets };
  }
  return undefined;
}
