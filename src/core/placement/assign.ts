import type { DatasetName } from '../../base/ids.ts';
import type { JobPriority } from '../jobs/job.ts';
import type { World } from './absorb.ts';
import { Claims, isHeld, startableTasks } from './claims.ts';
import type { Draft, TaskRef } from './draft.ts';
import type { LeaderMemory } from './memory.ts';
import { needMb, type Seat } from './seats.ts';

const priorities = [0, 1, 2] as const satisfies readonly JobPriority[];

type Assigning = {
  readonly draft: Draft;
  readonly world: World;
  readonly held: ReadonlySet<DatasetName>;
  readonly seats: readonly Seat[];
  readonly claims: Claims;
  readonly durations: LeaderMemory['durations'];
  /** Memory of the largest node. */
  readonly capMb: number;
};

/**
 * Gives waiting tasks to nodes and returns the order of service for the next tick. Free slots first: every slot that
 * is really free goes to the best claim, also to one that waits in front of a full node. What is left and short may wait
 * in front of nodes, so that none of them idles until the next tick; but nobody waits there as long as somebody with a
 * better claim waits for any slot.
 */
export function assignTasks(
  draft: Draft,
  from: Omit<Assigning, 'draft' | 'claims' | 'capMb'>,
): LeaderMemory['turns'] {
  const { world, held, seats } = from;
  const claims = new Claims(world.memory.turns);
  const capMb = seats.reduce((largest, seat) => Math.max(largest, seat.node.memoryMb), 0);
  const assigning = { ...from, draft, claims, capMb };
  releaseUnwanted(assigning);
  for (const seat of seats) {
    for (const ref of seat.slotted) claims.count(ref, true);
    for (const ref of seat.spare) claims.count(ref, false);
  }
  const { now } = draft;
  const startable = startableTasks(draft, world.view.jobs.values(), { now, held, rules: world.rules });
  for (const ref of startable) claims.add(ref);
  do fillSlots(assigning);
  while (callBack(assigning));
  prefetch(assigning);
  return claims.turns(new Set(Array.from(world.view.jobs.values(), (job) => job.dataset)));
}

/** Nobody waits in front of a node that takes nothing, nor for a job that shall start nothing, nor with a long task. */
function releaseUnwanted(assigning: Assigning): void {
  const { draft, seats, held } = assigning;
  for (const seat of seats) {
    const stays = (ref: TaskRef) =>
      seat.open && ref.job.control === 'run' && !isHeld(ref, held) && isShort(assigning, ref, true);
    for (const ref of seat.spare.filter((each) => !stays(each))) release(draft, seat, ref);
  }
}

function isShort({ world, durations }: Assigning, ref: TaskRef, unlessKnown: boolean): boolean {
  const durationMs = durations.get(ref.task.plan.spec.kind);
  return durationMs === undefined ? unlessKnown : durationMs <= world.rules.prefetchTaskMsMax;
}

function release(draft: Draft, seat: Seat, ref: TaskRef): void {
  seat.spare.splice(seat.spare.indexOf(ref), 1);
  draft.apply(ref, { kind: 'released', at: draft.now });
}

/** Fills all free slots, as far as anything fits. */
function fillSlots(assigning: Assigning): void {
  const { claims, draft, seats } = assigning;
  const free = new Set(seats.filter(hasFreeSlot));
  for (const priority of priorities) {
    while (free.size > 0) {
      const ref = claims.next(priority);
      if (ref === undefined) break;
      giveSlot(assigning, free, ref);
    }
    // Whoever waits in front of a full node comes over: the node has a copy less to begin, nothing else changes.
    for (const { seat, ref } of free.size > 0 ? sparesOf(seats, priority) : []) {
      if (bestSeat(free, (other) => fits(assigning, other, ref)) === undefined) continue;
      claims.uncount(ref);
      release(draft, seat, ref);
      giveSlot(assigning, free, ref);
    }
  }
  claims.rewind();
}

function giveSlot(assigning: Assigning, free: Set<Seat>, ref: TaskRef): void {
  const seat = bestSeat(free, (each) => fits(assigning, each, ref));
  if (seat === undefined) return;
  const memoryMb = needMb(ref, assigning.capMb);
  assigning.draft.assign(ref, seat.node.id, memoryMb);
  seat.slotted.push(ref);
  seat.memoryMb += memoryMb;
  assigning.claims.served(ref, true);
  if (!hasFreeSlot(seat)) free.delete(seat);
}

function hasFreeSlot(seat: Seat): boolean {
  return seat.open && seat.slotted.length < seat.node.slots;
}

function fits({ capMb }: Assigning, seat: Seat, ref: TaskRef): boolean {
  return !seat.mentioned.has(ref.id) && seat.memoryMb + needMb(ref, capMb) <= seat.node.memoryMb;
}

/** The node with the smallest part of its slots in use; what it reports of its load weighs less than one slot of four. */
function bestSeat(seats: Iterable<Seat>, suits: (seat: Seat) => boolean): Seat | undefined {
  let best: Seat | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const seat of seats) {
    const taken = (seat.slotted.length + seat.spare.length) / Math.max(1, seat.node.slots);
    const score = taken + seat.pressure * pressureWeight;
    if (score < bestScore && suits(seat)) {
      best = seat;
      bestScore = score;
    }
  }
  return best;
}

const pressureWeight = 0.25;

function sparesOf(seats: readonly Seat[], priority: JobPriority): { seat: Seat; ref: TaskRef }[] {
  return seats.flatMap((seat) =>
    seat.spare.filter((ref) => ref.job.priority === priority).map((ref) => ({ seat, ref })),
  );
}

/** Calls those back from in front of nodes that have no best claim any more; true if there were any. */
function callBack(assigning: Assigning): boolean {
  const { seats, claims, draft } = assigning;
  const best = bestClaim(assigning);
  if (best === undefined) return false;
  let called = false;
  for (const seat of seats) {
    const stays = (ref: TaskRef) => ref.job.priority === best.priority && best.datasets.has(ref.job.dataset);
    for (const ref of seat.spare.filter((each) => !stays(each))) {
      claims.uncount(ref);
      release(draft, seat, ref);
      claims.add(ref);
      called = true;
    }
  }
  return called;
}

/** Lets the best claims that found no slot wait in front of nodes. */
function prefetch(assigning: Assigning): void {
  const { seats, claims, draft, world } = assigning;
  const best = bestClaim(assigning);
  if (best === undefined) return;
  const room = new Set(seats.filter((seat) => hasRoom(seat, world.rules.prefetchPerNodeMax)));
  while (room.size > 0) {
    const ref = claims.next(best.priority, best.datasets);
    if (ref === undefined) return;
    if (!isShort(assigning, ref, false)) continue;
    const seat = bestSeat(room, (each) => fitsBehind(assigning, each, ref));
    if (seat === undefined) continue;
    draft.assign(ref, seat.node.id, needMb(ref, assigning.capMb));
    seat.spare.push(ref);
    claims.served(ref, false);
    if (!hasRoom(seat, world.rules.prefetchPerNodeMax)) room.delete(seat);
  }
}

function hasRoom(seat: Seat, prefetchMax: number): boolean {
  return seat.open && seat.slotted.length >= seat.node.slots && seat.spare.length < prefetchMax;
}

/** All that wait in front of a node must fit in, once as many of those that have a slot have ended, whichever they are. */
function fitsBehind({ capMb }: Assigning, seat: Seat, ref: TaskRef): boolean {
  const need = (each: TaskRef) => needMb(each, capMb);
  const waiting = [...seat.spare, ref];
  const leaving = seat.slotted
    .map(need)
    .toSorted((a, b) => a - b)
    .slice(0, waiting.length);
  const memoryMb = seat.memoryMb - sum(leaving) + sum(waiting.map(need));
  return !seat.mentioned.has(ref.id) && memoryMb <= seat.node.memoryMb;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

/**
 * The most urgent class in which anybody waits for a slot, and the datasets in it that may wait in front of nodes:
 * those with at most twice the share of the one with the smallest (and one task), for a slot that becomes free must not
 * fall to a task that merely happens to wait there.
 */
function bestClaim({
  seats,
  claims,
}: Assigning): { priority: JobPriority; datasets: ReadonlySet<DatasetName> } | undefined {
  for (const priority of priorities) {
    const waiting = new Set([
      ...claims.waiting(priority),
      ...sparesOf(seats, priority).map(({ ref }) => ref.job.dataset),
    ]);
    if (waiting.size === 0) continue;
    const share = (dataset: DatasetName) => claims.share(priority, dataset);
    const smallest = Math.min(...[...waiting].map(share));
    const datasets = new Set([...waiting].filter((dataset) => share(dataset) <= 2 * smallest + 1));
    return { priority, datasets };
  }
  return undefined;
}
