import type { JobPriority } from '../jobs/job.ts';
import type { TaskKind } from '../jobs/task.ts';
import { canDo } from '../membership/node.ts';
import { type Assigning, release } from './assigning.ts';
import { bestSeat, fits, hasFreeSlot, ZoneCounts } from './choose-seat.ts';
import { Claims, isHeld, priorities, startableTasks } from './claims.ts';
import type { Draft, TaskRef } from './draft.ts';
import type { LeaderMemory } from './memory.ts';
import { callBack, isShort, prefetch } from './prefetch.ts';
import { needMb, type Seat } from './seats.ts';
import { copyStragglers } from './stragglers.ts';

/**
 * Gives waiting tasks to nodes; `turns` is the order of service for the next tick. Free slots first: every slot that
 * is really free goes to the best claim, also to one that waits in front of a full node. What is left and short may wait
 * in front of nodes, so that none of them idles until the next tick; but nobody waits there as long as somebody with a
 * better claim waits for any slot. Slots that nobody wants may take second copies of stragglers.
 */
export function assignTasks(
  draft: Draft,
  from: Pick<Assigning, 'world' | 'held' | 'seats' | 'estimates'>,
): { readonly turns: LeaderMemory['turns']; readonly unserved: ReadonlySet<TaskKind> } {
  const { world, held, seats } = from;
  const claims = new Claims(world.memory.turns, world.rooms);
  const capMb = seats.reduce((largest, seat) => Math.max(largest, seat.node.memoryMb), 0);
  const assigning = { ...from, draft, claims, capMb, zones: new ZoneCounts(seats) };
  releaseUnwanted(assigning);
  countHeld(assigning);
  const { now } = draft;
  const startable = startableTasks(draft, world.view.jobs.values(), { now, held, rules: world.rules });
  for (const ref of startable) claims.add(ref);
  do fillSlots(assigning);
  while (callBack(assigning));
  prefetch(assigning);
  copyStragglers(assigning);
  const live = new Set(Array.from(world.view.jobs.values(), (job) => job.dataset));
  return { turns: claims.turns(live), unserved: unservedKinds(startable, seats) };
}

/** Counts what nodes have: against the shares what has a slot, against the limits of jobs also what absent nodes may run. */
function countHeld({ draft, seats, claims, world }: Assigning): void {
  const present = new Set(seats.map((seat) => seat.node.id));
  for (const seat of seats) {
    for (const ref of seat.slotted) claims.count(ref, true);
    for (const ref of seat.spare) claims.count(ref, false);
  }
  for (const node of world.view.work.keys()) {
    for (const { task } of present.has(node) ? [] : draft.work(node)) {
      const ref = draft.refs.get(task);
      if (ref !== undefined) claims.count(ref, false);
    }
  }
}

/** Kinds of task for which there is no node, not even a busy one. */
function unservedKinds(startable: readonly TaskRef[], seats: readonly Seat[]): ReadonlySet<TaskKind> {
  const kinds = new Set(startable.map((ref) => ref.task.plan.spec.kind));
  if (seats.length === 0) return new Set();
  return new Set([...kinds].filter((kind) => !seats.some(({ node }) => canDo(node, kind))));
}

/**
 * Nobody waits in front of a node that takes nothing, nor for a job that shall start nothing, nor with a long task; and a
 * copy that does not run at once is of no use.
 */
function releaseUnwanted(assigning: Assigning): void {
  const { seats, held } = assigning;
  for (const seat of seats) {
    const stays = (ref: TaskRef) =>
      seat.open &&
      ref.job.control === 'run' &&
      ref.task.state.state === 'assigned' &&
      !isHeld(ref, held) &&
      isShort(assigning, ref, true);
    for (const ref of seat.spare.filter((each) => !stays(each))) release(assigning, seat, ref);
  }
}

/** Fills all free slots, as far as anything fits. */
function fillSlots(assigning: Assigning): void {
  const { claims, seats, zones, capMb } = assigning;
  const free = new Set(seats.filter(hasFreeSlot));
  for (const priority of priorities) {
    while (free.size > 0) {
      const ref = claims.next(priority);
      if (ref === undefined) break;
      giveSlot(assigning, free, ref);
    }
    // Whoever waits in front of a full node comes over: the node has a copy less to begin, nothing else changes.
    for (const { seat, ref } of free.size > 0 ? sparesOf(seats, priority) : []) {
      if (bestSeat(free, zones.of(ref), (other) => fits(other, ref, capMb)) === undefined) continue;
      claims.uncount(ref);
      release(assigning, seat, ref);
      giveSlot(assigning, free, ref);
    }
  }
  claims.rewind();
}

function giveSlot(assigning: Assigning, free: Set<Seat>, ref: TaskRef): void {
  const { draft, zones, claims, capMb } = assigning;
  const seat = bestSeat(free, zones.of(ref), (each) => fits(each, ref, capMb));
  if (seat === undefined) return;
  const memoryMb = needMb(ref, capMb);
  draft.assign(ref, seat.node.id, memoryMb);
  seat.slotted.push(ref);
  seat.memoryMb += memoryMb;
  zones.add(ref, seat);
  claims.served(ref, true);
  if (!hasFreeSlot(seat)) free.delete(seat);
}

/** Tasks of a class that wait in front of nodes. */
function sparesOf(seats: readonly Seat[], priority: JobPriority): { seat: Seat; ref: TaskRef }[] {
  return seats.flatMap((seat) =>
    seat.spare.filter((ref) => ref.job.priority === priority).map((ref) => ({ seat, ref })),
  );
}
