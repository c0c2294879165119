import type { Instant } from '../../base/units.ts';
import type { Assigning } from './assigning.ts';
import { bestSeat, fits, hasFreeSlot } from './choose-seat.ts';
import { isHeld, priorities } from './claims.ts';
import type { TaskRef } from './draft.ts';
import { needMb, type Seat } from './seats.ts';

type Straggler = { readonly ref: TaskRef; readonly since: Instant };

/**
 * Gives second copies of tasks that run far longer than is usual for their kind to other nodes, when nobody else waits
 * for a slot: the first of the two to commit has done the task (Dean and Barroso, The Tail at Scale, 2013). A slow node
 * then costs a task about three times its usual time at most, whatever is wrong with that node.
 */
export function copyStragglers(assigning: Assigning): void {
  const { seats, claims, draft, zones, capMb } = assigning;
  const free = new Set(seats.filter(hasFreeSlot));
  if (free.size === 0 || priorities.some((priority) => claims.waiting(priority).length > 0)) return;
  let room = copiesMax(seats) - countCopies(assigning);
  for (const { ref } of room > 0 ? stragglersOf(assigning) : []) {
    if (room <= 0) return;
    const { state } = ref.task;
    if (state.state !== 'assigned' || !claims.mayStart(ref)) continue;
    const suits = (seat: Seat) => seat.node.id !== state.node && fits(seat, ref, capMb);
    const seat = bestSeat(free, zones.of(ref), suits);
    if (seat === undefined) continue;
    const memoryMb = needMb(ref, capMb);
    draft.copy(ref, seat.node.id, memoryMb);
    seat.slotted.push(ref);
    seat.memoryMb += memoryMb;
    zones.add(ref, seat);
    claims.count(ref, true);
    if (!hasFreeSlot(seat)) free.delete(seat);
    room -= 1;
  }
}

/** Of all slots this part may hold second copies, but one always. */
const partOfSlots = 0.05;

function copiesMax(seats: readonly Seat[]): number {
  const slots = seats.reduce((sum, seat) => sum + seat.node.slots, 0);
  return Math.max(1, Math.floor(slots * partOfSlots));
}

function countCopies({ draft }: Assigning): number {
  let copies = 0;
  for (const { task } of draft.refs.values()) if (task.state.state === 'doubled') copies += 1;
  return copies;
}

/** Those that run too long, the longest first. What killed a worker before does not run twice at once. */
function stragglersOf(assigning: Assigning): Straggler[] {
  const { seats, world, held, draft } = assigning;
  const stragglers = seats.flatMap((seat) =>
    seat.slotted.flatMap((ref): Straggler[] => {
      const seen = world.memory.slotted.get(seat.node.id)?.get(ref.id);
      const { state } = ref.task;
      if (state.state !== 'assigned' || seen?.running !== true || seen.assignedAt !== state.at) return [];
      if (ref.job.control !== 'run' || ref.task.deaths.length > 0 || isHeld(ref, held)) return [];
      const longMs = tooLongMs(assigning, ref);
      return longMs !== undefined && draft.now - seen.since > longMs ? [{ ref, since: seen.since }] : [];
    }),
  );
  return stragglers.toSorted((a, b) => a.since - b.since || (a.ref.id < b.ref.id ? -1 : 1));
}

/**
 * Twice the third quartile of the kind: three quarters of its tasks say what is usual, however long the rest took, and a
 * kind whose tasks differ much is given more time. With equal tasks it is twice, with exponential ones 2.8 times the mean.
 */
function tooLongMs({ estimates, world }: Assigning, ref: TaskRef): number | undefined {
  const longMs = estimates.longMs(ref.task.plan.spec.kind);
  return longMs === undefined ? undefined : Math.max(world.rules.copyTaskMsMin, longMs * timesUsual);
}

const timesUsual = 2;
