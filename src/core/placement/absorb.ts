import { failure } from '../../base/errors.ts';
import type { NodeId, TaskId } from '../../base/ids.ts';
import { copiesOf, copyOn } from '../jobs/task-state.ts';
import type { AbsenceVerdict } from '../membership/absence.ts';
import type { ClusterView } from '../membership/cluster-view.ts';
import type { EndedTask, NodeReport, ToldTask } from '../membership/node.ts';
import { spreadChance } from '../resilience/spread.ts';
import type { Draft, TaskRef } from './draft.ts';
import type { LeaderMemory } from './memory.ts';
import type { PlacementRules } from './rules.ts';
import type { SourceRooms } from './source-rooms.ts';

/** The world as it is, against which a draft is brought up to date. */
export type World = {
  readonly view: ClusterView;
  readonly memory: LeaderMemory;
  readonly rules: PlacementRules;
  readonly rooms: SourceRooms;
  /** In [0, 1), spread over the tasks. */
  readonly chance: number;
};

/** The last that is known of a node, whether or not it is still there. */
function lastReport(world: World, node: NodeId): NodeReport | undefined {
  return world.view.reports.get(node) ?? world.memory.reports.get(node);
}

/** Takes in every end that a node has reported for a task that it holds now. */
export function absorbEnds(draft: Draft, world: World): void {
  for (const node of world.view.work.keys()) {
    for (const ended of lastReport(world, node)?.ended ?? []) {
      const ref = heldRef(draft, node, ended);
      if (ref !== undefined) absorbEnd(draft, ref, { ended, node, chance: world.chance });
    }
  }
}

/** The task that a report speaks of, if this node holds it by this very assignment; anything else is an old story. */
function heldRef(draft: Draft, node: NodeId, told: ToldTask): TaskRef | undefined {
  const ref = draft.refs.get(told.task);
  if (ref === undefined) return undefined;
  const { state } = ref.task;
  if (state.state !== 'assigned' && state.state !== 'doubled') return undefined;
  return state.attempt === told.attempt && copyOn(state, node)?.at === told.assignedAt ? ref : undefined;
}

function absorbEnd(
  draft: Draft,
  ref: TaskRef,
  told: { ended: EndedTask; node: NodeId; chance: number },
): void {
  const { node } = told;
  const { end, tookMs } = told.ended;
  const at = draft.now;
  const chance = spreadChance(told.chance, ref.id);
  if (end.kind === 'committed') draft.commit(ref, node, tookMs);
  else if (end.kind === 'released') draft.apply(ref, { ...end, node, at });
  else draft.apply(ref, { kind: end.kind, node, failure: end.failure, at, chance });
}

/** Takes the work of lost nodes back. A task that ran there when its node died alone counts a death. */
export function absorbLosses(draft: Draft, world: World, lost: AbsenceVerdict['lost']): void {
  for (const [node, { mass }] of lost) {
    const held = draft.work(node);
    if (held.length === 0) continue;
    draft.notices.push({ kind: 'node_lost', node, tasks: held.length, mass });
    const running = runningOn(draft, node, lastReport(world, node));
    for (const told of held) {
      const ref = heldRef(draft, node, told);
      if (ref === undefined) draft.discard(node, told.task);
      // Many nodes lost together were not killed by the tasks that they ran.
      else if (running.has(told.task) && !mass) draft.apply(ref, deathOf(ref, node, { draft, world }));
      else draft.apply(ref, { kind: 'node_lost', node, at: draft.now });
    }
  }
}

/** What a node runs of that which it holds now, by its report. */
export function runningOn(draft: Draft, node: NodeId, report: NodeReport | undefined): ReadonlySet<TaskId> {
  const running = new Set<TaskId>();
  for (const told of report?.running ?? [])
    if (heldRef(draft, node, told) !== undefined) running.add(told.task);
  return running;
}

function deathOf(ref: TaskRef, node: NodeId, at: { draft: Draft; world: World }) {
  const message = `Node ${node} vanished while it ran task ${ref.id}`;
  return {
    kind: 'died',
    node,
    failure: failure('WORKER_DIED', message),
    at: at.draft.now,
    chance: spreadChance(at.world.chance, ref.id),
  } as const;
}

/** Makes lists and tables agree: neither work without a live task, nor an assigned task that no node was given. */
export function absorbOrphans(draft: Draft, world: World): void {
  const listed = new Map<NodeId, Set<TaskId>>();
  for (const node of world.view.work.keys()) {
    const tasks = new Set<TaskId>();
    listed.set(node, tasks);
    for (const each of draft.work(node)) {
      if (heldRef(draft, node, each) === undefined) draft.discard(node, each.task);
      else tasks.add(each.task);
    }
  }
  for (const ref of draft.refs.values()) {
    const { state } = ref.task;
    if (state.state !== 'assigned' && state.state !== 'doubled') continue;
    for (const { node } of copiesOf(state)) {
      if (listed.get(node)?.has(ref.id) !== true) draft.apply(ref, { kind: 'released', node, at: draft.now });
    }
  }
}

/** Ends all tasks of jobs that somebody cancelled. */
export function absorbCancellations(draft: Draft, world: World): void {
  for (const job of world.view.jobs.values()) {
    if (job.control !== 'cancel') continue;
    for (const ref of draft.tasksOf(job.id)) {
      if (ref.task.state.state !== 'ended') draft.apply(ref, { kind: 'cancelled' });
    }
  }
}

/** Lets tasks wait for a slot whose predecessors have ended: ended ones may have left the table already. */
export function unblockTasks(draft: Draft, world: World): void {
  for (const job of world.view.jobs.values()) {
    const refs = draft.tasksOf(job.id);
    const blocked = refs.filter((ref) => ref.task.state.state === 'blocked');
    if (blocked.length === 0) continue;
    const open = new Set(refs.flatMap(({ task }) => (task.state.state === 'ended' ? [] : [task.plan.name])));
    for (const ref of blocked) {
      if (ref.task.plan.after.some((name) => open.has(name))) continue;
      draft.apply(ref, { kind: 'unblocked', at: draft.now });
    }
  }
}
