import { failure } from '../../base/errors.ts';
import type { DatasetName, JobId, NodeId } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { LiveJob } from '../jobs/live.ts';
import type { TaskKind } from '../jobs/task.ts';
import { type AbsenceVerdict, isMassLoss, judgeAbsences } from '../membership/absence.ts';
import type { ClusterView } from '../membership/cluster-view.ts';
import type { Assignment } from '../membership/node.ts';
import { spreadChance } from '../resilience/spread.ts';
import {
  absorbCancellations,
  absorbEnds,
  absorbLosses,
  absorbOrphans,
  unblockTasks,
  type World,
} from './absorb.ts';
import { assignTasks } from './assign.ts';
import { Draft, type Notice, type UnrecordedEnd } from './draft.ts';
import { Estimates, learnDurations } from './durations.ts';
import type { Heard, LeaderMemory } from './memory.ts';
import type { PlacementRules } from './rules.ts';
import { netAt, type Seat, slottedNow, takeSeats } from './seats.ts';
import { SourceRooms } from './source-rooms.ts';

export type ReconcileInput = {
  readonly view: ClusterView;
  /** By the leader's own clock. */
  readonly now: Instant;
  readonly epoch: bigint;
  /** In [0, 1): spreads back-offs. */
  readonly chance: number;
  /** Datasets whose ingests start nothing new: the other cluster has too much of theirs to do. */
  readonly held: ReadonlySet<DatasetName>;
  readonly memory: LeaderMemory;
  readonly rules: PlacementRules;
};

export type Reconciled = {
  /** The new work lists of the nodes whose list changes. */
  readonly work: ReadonlyMap<NodeId, readonly Assignment[]>;
  /** The new tables of the jobs that change. Tasks that ended in this tick are still in them. */
  readonly jobs: ReadonlyMap<JobId, LiveJob>;
  /** Ends to write into the database before anything of this tick is written elsewhere. */
  readonly ends: readonly UnrecordedEnd[];
  /** Tasks whose nodes say that they committed: their outcomes stand in the database. */
  readonly committed: readonly Draft['committed'][number][];
  readonly notices: readonly Notice[];
  readonly memory: LeaderMemory;
  /** Free and busy slots of all members. */
  readonly slots: { readonly busy: number; readonly free: number };
  /** Kinds of task that wait although there are nodes, for none of them can do such tasks. */
  readonly unserved: ReadonlySet<TaskKind>;
  /** Nodes that have been gone for long: what they left behind may go too. */
  readonly forgotten: ReadonlySet<NodeId>;
  /** When time alone changes something next, if it does. */
  readonly wakeAt?: Instant;
};

/**
 * Decides one tick of the leader: what has ended, what is lost, who works on what. Pure: the same input gives the same
 * decisions, and reconciling its own result again decides nothing. It assigns into slots that are really free and counts
 * its own assignments at once (pushing by reported load was simulated: p99 30 times worse); reports of load only weight
 * the choice between nodes.
 */
export function reconcile(input: ReconcileInput): Reconciled {
  const { view, memory, now, rules } = input;
  const draft = new Draft(input);
  const world: World = { view, memory, rules, rooms: new SourceRooms(view), chance: input.chance };
  const verdict = judgeMembers(input);
  absorbCancellations(draft, world);
  absorbEnds(draft, world);
  const heard = hear(input);
  absorbLosses(draft, world, new Map([...silentNodes(input, heard), ...verdict.lost]));
  absorbOrphans(draft, world);
  const seatsBefore = takeSeats(draft, world, heard);
  const netted = castNet(draft, world, seatsBefore);
  unblockTasks(draft, world);
  const seats = netted ? takeSeats(draft, world, heard) : seatsBefore;
  const durations = learnDurations(draft, memory.durations);
  const estimates = new Estimates(durations);
  const { turns, unserved } = assignTasks(draft, { world, held: input.held, seats, estimates });
  const wakeAt = nextChange(draft, verdict);
  const gone = goneNodes(input, draft);
  return {
    work: draft.changedWork(),
    jobs: draft.changedJobs(),
    ends: draft.ends,
    committed: draft.committed,
    notices: draft.notices,
    memory: {
      members: new Set(view.nodes.map((node) => node.id)),
      absences: verdict.absences,
      reports: rememberReports(input, draft),
      heard,
      gone,
      slotted: slottedNow(seats, memory.slotted, now),
      turns,
      durations,
    },
    slots: countSlots(seats),
    unserved,
    forgotten: new Set(
      [...gone].filter(([, since]) => now - since >= rules.forgetNodeMs).map(([node]) => node),
    ),
    ...(wakeAt === undefined ? {} : { wakeAt }),
  };
}

function judgeMembers({ view, memory, now, rules }: ReconcileInput): AbsenceVerdict {
  const expected = new Set(memory.members);
  for (const node of memory.members) {
    // Whoever said that it would leave is not missed.
    const leaves = memory.reports.get(node)?.unavailable === 'stopping';
    if (leaves) expected.delete(node);
  }
  for (const node of view.work.keys()) expected.add(node);
  const present = new Set(view.nodes.map((node) => node.id));
  return judgeAbsences({ before: memory.absences, expected, present, now, graceMs: rules.sessionTimeoutMs });
}

function hear({ view, memory, now }: ReconcileInput): ReadonlyMap<NodeId, Heard> {
  const heard = new Map<NodeId, Heard>();
  for (const { id } of view.nodes) {
    const reportAt = view.reports.get(id)?.at;
    const before = memory.heard.get(id);
    const same = before !== undefined && before.reportAt === reportAt;
    heard.set(id, same ? before : { reportAt, since: now });
  }
  return heard;
}

/** Members whose sessions live but that have said nothing for long: what they hold is lost like that of absent ones. */
function silentNodes(input: ReconcileInput, heard: ReadonlyMap<NodeId, Heard>): AbsenceVerdict['lost'] {
  const silent = [...heard].filter(([, { since }]) => input.now - since >= input.rules.silenceNetMs);
  const mass = isMassLoss(silent.length, input.view.nodes.length);
  return new Map(silent.map(([node, { since }]) => [node, { since, mass }]));
}

/** Takes tasks back from nodes that neither began nor ended them in time, although their session lives. */
function castNet(draft: Draft, world: World, seats: readonly Seat[]): boolean {
  const { memory, rules } = world;
  let caught = false;
  for (const [node, tasks] of slottedNow(seats, memory.slotted, draft.now)) {
    for (const [id, slotted] of tasks) {
      const ref = draft.refs.get(id);
      if (ref === undefined || draft.now < netAt(ref, slotted, rules)) continue;
      caught = true;
      const at = draft.now;
      if (!slotted.running) draft.apply(ref, { kind: 'released', node, at });
      else {
        const told = failure('TASK_TIMEOUT', `Node ${node} did not stop task ${id} at its time-out`);
        draft.apply(ref, { kind: 'failed', node, failure: told, at, chance: spreadChance(world.chance, id) });
      }
    }
  }
  return caught;
}

/** Nodes with a report or a drain mark that are not members and have no work, and since when. */
function goneNodes({ view, memory, now }: ReconcileInput, draft: Draft): LeaderMemory['gone'] {
  const present = new Set(view.nodes.map((node) => node.id));
  const left = [...view.reports.keys(), ...view.draining].filter(
    (node) => !present.has(node) && draft.work(node).length === 0,
  );
  return new Map(left.map((node) => [node, memory.gone.get(node) ?? now]));
}

function rememberReports({ view, memory }: ReconcileInput, draft: Draft): LeaderMemory['reports'] {
  const kept = new Map(view.reports);
  for (const [node, report] of memory.reports) {
    if (!kept.has(node) && draft.work(node).length > 0) kept.set(node, report);
  }
  return kept;
}

function nextChange(draft: Draft, verdict: AbsenceVerdict): Instant | undefined {
  let wakeMs: number = verdict.wakeAt ?? Number.POSITIVE_INFINITY;
  for (const { task } of draft.refs.values()) {
    if (task.state.state === 'waiting' && task.state.notBefore > draft.now) {
      wakeMs = Math.min(wakeMs, task.state.notBefore);
    }
  }
  return Number.isFinite(wakeMs) ? instant(wakeMs) : undefined;
}

function countSlots(seats: readonly Seat[]): Reconciled['slots'] {
  const all = seats.reduce((sum, seat) => sum + seat.node.slots, 0);
  const busy = seats.reduce((sum, seat) => sum + Math.min(seat.slotted.length, seat.node.slots), 0);
  return { busy, free: all - busy };
}
