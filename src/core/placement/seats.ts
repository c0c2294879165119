import type { NodeId, TaskId } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';
import { copyOn } from '../jobs/task-state.ts';
import type { NodeDescription, NodeReport } from '../membership/node.ts';
import { runningOn, type World } from './absorb.ts';
import type { Draft, TaskRef } from './draft.ts';
import type { Heard, LeaderMemory, Slotted } from './memory.ts';
import type { PlacementRules } from './rules.ts';
import type { SourceRooms } from './source-rooms.ts';

/**
 * What a node can take. Its tasks are split by who has a slot: those that it says it runs, then the first of its list
 * up to its slots, for it begins them in that order; the rest are `spare`, waiting in front of it.
 */
export type Seat = {
  readonly node: NodeDescription;
  /** May take new tasks. */
  readonly open: boolean;
  /** 0–1: how busy it says it is. Only weights the choice between nodes, never admits to one. */
  readonly pressure: number;
  /** Tasks that its report speaks of: none of them may come again before it has forgotten them. */
  readonly mentioned: ReadonlySet<TaskId>;
  readonly running: ReadonlySet<TaskId>;
  readonly slotted: TaskRef[];
  readonly spare: TaskRef[];
  readonly rooms: SourceRooms;
  /** Memory of the tasks that have a slot. */
  memoryMb: number;
};

/** The seats of all nodes, by node, in the order of their names. */
export function takeSeats(draft: Draft, world: World, heard: ReadonlyMap<NodeId, Heard>): Seat[] {
  const nodes = world.view.nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const capMb = nodes.reduce((largest, node) => Math.max(largest, node.memoryMb), 0);
  return nodes.map((node) => takeSeat(draft, node, { world, heard, capMb }));
}

function takeSeat(
  draft: Draft,
  node: NodeDescription,
  from: { world: World; heard: ReadonlyMap<NodeId, Heard>; capMb: number },
): Seat {
  const report = from.world.view.reports.get(node.id);
  const running = runningOn(draft, node.id, report);
  const ordered: TaskRef[] = [];
  const behind: TaskRef[] = [];
  for (const { task } of draft.work(node.id)) {
    const ref = draft.refs.get(task);
    if (ref !== undefined) (running.has(task) ? ordered : behind).push(ref);
  }
  ordered.push(...behind);
  const slotted = ordered.slice(0, node.slots);
  const drained = from.world.view.draining.has(node.id) || report?.unavailable !== undefined;
  const silent = isSilent(from.heard.get(node.id), draft.now, from.world.rules.suspectMs);
  return {
    node,
    open: !drained && !silent,
    pressure: report === undefined ? 0 : pressureOf(node, report),
    mentioned: mentionedIn(report),
    running,
    slotted,
    spare: ordered.slice(node.slots),
    rooms: from.world.rooms,
    memoryMb: slotted.reduce((sum, ref) => sum + needMb(ref, from.capMb), 0),
  };
}

function mentionedIn(report: NodeReport | undefined): ReadonlySet<TaskId> {
  const mentioned = new Set<TaskId>();
  for (const { task } of report?.running ?? []) mentioned.add(task);
  for (const { task } of report?.ended ?? []) mentioned.add(task);
  return mentioned;
}

function pressureOf(node: NodeDescription, report: NodeReport): number {
  const memory = report.memoryUsedMb / Math.max(1, node.memoryMb);
  return (Math.min(1, report.cpu) + Math.min(1, memory)) / 2;
}

/** A node whose session lives but which says nothing has a process that only looks alive. */
function isSilent(heard: Heard | undefined, now: Instant, silenceMs: number): boolean {
  return heard !== undefined && now - heard.since > silenceMs;
}

/**
 * The memory that a task takes of a node. One that needs more than the largest node has gets all of that node rather
 * than waiting for ever.
 */
export function needMb(ref: TaskRef, capMb: number): number {
  return Math.min(ref.task.plan.memoryMb, capMb);
}

/** Which tasks have a slot, since when, and whether their node says that it runs them. */
export function slottedNow(
  seats: readonly Seat[],
  before: LeaderMemory['slotted'],
  now: Instant,
): LeaderMemory['slotted'] {
  return new Map(seats.map((seat) => [seat.node.id, slottedOn(seat, before.get(seat.node.id), now)]));
}

function slottedOn(
  seat: Seat,
  before: ReadonlyMap<TaskId, Slotted> | undefined,
  now: Instant,
): ReadonlyMap<TaskId, Slotted> {
  const slotted = new Map<TaskId, Slotted>();
  for (const ref of seat.slotted) {
    const copy = copyOn(ref.task.state, seat.node.id);
    if (copy === undefined) continue;
    const running = seat.running.has(ref.id);
    const old = before?.get(ref.id);
    const same = old?.assignedAt === copy.at && old.running === running;
    slotted.set(ref.id, same ? old : { assignedAt: copy.at, running, since: now });
  }
  return slotted;
}

/** When a task that has a slot is to be taken back: it was not begun, or not stopped at its time-out. */
export function netAt(ref: TaskRef, slotted: Slotted, rules: PlacementRules): Instant {
  const spanMs = slotted.running ? ref.task.plan.timeoutMs + rules.timeoutNetMs : rules.startNetMs;
  return instant(slotted.since + spanMs);
}
