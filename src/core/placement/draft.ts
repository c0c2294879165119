import { assert } from '../../base/assert.ts';
import type { Failure } from '../../base/errors.ts';
import { type JobId, type NodeId, type TaskId, type TaskName, taskId } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { LiveJob, LiveTask, LiveTaskState } from '../jobs/live.ts';
import type { PlannedTask, TaskKind, TaskOutcome, TaskSpec } from '../jobs/task.ts';
import { copiesOf, quarantineFailure, type TaskEvent, transition } from '../jobs/task-state.ts';
import type { ClusterView } from '../membership/cluster-view.ts';
import type { Assignment } from '../membership/node.ts';
import type { PlacementRules } from './rules.ts';

/** A live task while one tick is decided. */
export type TaskRef = {
  readonly id: TaskId;
  readonly job: LiveJob;
  task: LiveTask;
};

/** An end that the database does not know yet. */
export type UnrecordedEnd = {
  readonly job: JobId;
  readonly spec: TaskSpec;
  readonly outcome: TaskOutcome;
};

/** A task whose node says that it committed. */
export type Committed = {
  readonly id: TaskId;
  readonly job: JobId;
  readonly name: TaskName;
  readonly node: NodeId;
  readonly tookMs?: number;
};

/** What a tick did, for counting and logging: it decides nothing. */
export type Notice =
  | (AboutTask & { readonly kind: 'assigned'; readonly to: NodeId; readonly waitedMs: number })
  | (AboutTask & { readonly kind: 'retried'; readonly from: NodeId; readonly reason: RetryReason })
  | (AboutTask & { readonly kind: 'ended'; readonly status: TaskOutcome['status'] })
  /** A second copy began, and how one of two copies ended: the first commit wins, or the other goes on alone. */
  | (AboutTask & { readonly kind: 'copied'; readonly job: JobId; readonly to: NodeId })
  | (AboutTask & { readonly kind: 'copy_ended'; readonly end: CopyEnd })
  | { readonly kind: 'node_lost'; readonly node: NodeId; readonly tasks: number; readonly mass: boolean };

type AboutTask = { readonly id: TaskId; readonly task: TaskKind };

export type CopyEnd = 'won' | 'lost' | 'dropped';

export type RetryReason = 'failed' | 'died' | 'released' | 'node_lost';

/** The working copy of one tick: the only mutable thing in placement, made and used up within one `reconcile`. */
export class Draft {
  readonly refs = new Map<TaskId, TaskRef>();
  readonly ends: UnrecordedEnd[] = [];
  readonly committed: Committed[] = [];
  readonly notices: Notice[] = [];
  readonly now: Instant;
  readonly #view: ClusterView;
  readonly #rules: PlacementRules;
  readonly #epoch: bigint;
  readonly #lists = new Map<NodeId, Assignment[]>();
  readonly #byJob = new Map<JobId, TaskRef[]>();
  readonly #changedJobs = new Set<JobId>();

  constructor(base: { view: ClusterView; rules: PlacementRules; epoch: bigint; now: Instant }) {
    this.#view = base.view;
    this.#rules = base.rules;
    this.#epoch = base.epoch;
    this.now = base.now;
    for (const job of base.view.jobs.values()) {
      const refs = job.tasks.map((task) => ({ id: idOf(job.id, task.plan), job, task }));
      for (const ref of refs) this.refs.set(ref.id, ref);
      this.#byJob.set(job.id, refs);
    }
  }

  /** The tasks of a job in the order of its table. */
  tasksOf(job: JobId): readonly TaskRef[] {
    return this.#byJob.get(job) ?? [];
  }

  /** The assignments of a node as they stand in the draft. */
  work(node: NodeId): readonly Assignment[] {
    return this.#lists.get(node) ?? this.#view.work.get(node) ?? [];
  }

  /** Moves a task through one edge. A task that leaves a node is taken from the node's list. */
  apply(ref: TaskRef, event: Exclude<TaskEvent, { kind: 'outcome' }>): void {
    const before = this.#move(ref, event);
    if (ref.task.state.state === 'ended') this.#end(ref, this.#outcomeOf(ref, event, before));
  }

  /** Takes note that a node has committed a task: its outcome stands in the database. */
  commit(ref: TaskRef, node: NodeId, tookMs?: number): void {
    const before = this.#move(ref, { kind: 'outcome', status: 'done' });
    const took = tookMs === undefined ? {} : { tookMs };
    this.committed.push({ id: ref.id, job: ref.job.id, name: ref.task.plan.name, node, ...took });
    if (before.state !== 'doubled') return;
    this.#noteCopy(ref, before.copies[1].node === node ? 'won' : 'lost');
  }

  /** Gives a waiting task to a node. */
  assign(ref: TaskRef, node: NodeId, memoryMb: number): void {
    const before = ref.task.state;
    assert(before.state === 'waiting', `task ${ref.id} is ${before.state} and can not be given away`);
    this.#move(ref, { kind: 'assigned', node, at: this.now });
    this.#list(ref, node, memoryMb);
    const waitedMs = Math.max(0, this.now - before.notBefore);
    this.notices.push({ kind: 'assigned', id: ref.id, task: ref.task.plan.spec.kind, to: node, waitedMs });
  }

  /** Gives a task that a node has already to a second one. */
  copy(ref: TaskRef, node: NodeId, memoryMb: number): void {
    this.#move(ref, { kind: 'copied', node, at: this.now });
    this.#list(ref, node, memoryMb);
    this.notices.push({
      kind: 'copied',
      id: ref.id,
      job: ref.job.id,
      task: ref.task.plan.spec.kind,
      to: node,
    });
  }

  /** Takes assignments from a node that belong to no live task. */
  discard(node: NodeId, task: TaskId): void {
    this.#lists.set(node, without(this.work(node), task));
  }

  /** The work lists that differ from the view's. */
  changedWork(): ReadonlyMap<NodeId, readonly Assignment[]> {
    const changed = new Map<NodeId, readonly Assignment[]>();
    for (const [node, list] of this.#lists) {
      const before = this.#view.work.get(node) ?? [];
      const same = list.length === before.length && list.every((each, at) => each === before[at]);
      if (!same) changed.set(node, list);
    }
    return changed;
  }

  /** The live tables that differ from the view's; ended tasks are still in them. */
  changedJobs(): ReadonlyMap<JobId, LiveJob> {
    const changed = new Map<JobId, LiveJob>();
    for (const id of this.#changedJobs) {
      const refs = this.tasksOf(id);
      const job = this.#view.jobs.get(id);
      if (job !== undefined) changed.set(id, { ...job, tasks: refs.map((ref) => ref.task) });
    }
    return changed;
  }

  /** Returns the state before. */
  #move(ref: TaskRef, event: TaskEvent): LiveTaskState {
    const before = ref.task.state;
    ref.task = transition(ref.task, event, this.#rules);
    this.#changedJobs.add(ref.job.id);
    const left = new Set(copiesOf(ref.task.state).map((copy) => copy.node));
    for (const { node } of copiesOf(before)) {
      if (!left.has(node)) this.#lists.set(node, without(this.work(node), ref.id));
    }
    this.#note(ref, event, before);
    return before;
  }

  #list(ref: TaskRef, node: NodeId, memoryMb: number): void {
    const { plan, attempts } = ref.task;
    const { traceId } = ref.job;
    const assignment: Assignment = {
      task: ref.id,
      job: ref.job.id,
      spec: plan.spec,
      attempt: attempts + 1,
      timeoutMs: plan.timeoutMs,
      memoryMb,
      epoch: this.#epoch,
      assignedAt: this.now,
      ...(traceId === undefined ? {} : { traceId }),
    };
    this.#lists.set(node, [...this.work(node), assignment]);
  }

  #end(ref: TaskRef, outcome: TaskOutcome): void {
    this.ends.push({ job: ref.job.id, spec: ref.task.plan.spec, outcome });
  }

  #note(ref: TaskRef, event: TaskEvent, before: LiveTaskState): void {
    const { state, plan } = ref.task;
    const about = { id: ref.id, task: plan.spec.kind };
    if (state.state === 'ended') this.notices.push({ ...about, kind: 'ended', status: state.status });
    else if (before.state === 'doubled') this.#noteCopy(ref, 'dropped');
    else if (before.state === 'assigned' && isRetryReason(event.kind)) {
      this.notices.push({ ...about, kind: 'retried', from: before.node, reason: event.kind });
    }
  }

  #noteCopy(ref: TaskRef, end: CopyEnd): void {
    this.notices.push({ kind: 'copy_ended', id: ref.id, task: ref.task.plan.spec.kind, end });
  }

  #outcomeOf(ref: TaskRef, event: TaskEvent, before: LiveTaskState): TaskOutcome {
    const { task } = ref;
    assert(task.state.state === 'ended', `task ${ref.id} has not ended`);
    const [first] = copiesOf(before);
    const begun = first === undefined ? undefined : { node: first.node, startedAt: first.at };
    return {
      name: task.plan.name,
      status: task.state.status,
      attempts: attemptsOf(task, before),
      ...(begun ?? { startedAt: this.now }),
      endedAt: this.now,
      error: endFailure(ref, event),
    };
  }
}

/** What people count as attempts: those that failed, the deaths of a quarantined task, the one that was cut short. */
function attemptsOf(task: LiveTask, before: LiveTaskState): number {
  if (task.state.state !== 'ended') return task.attempts;
  if (task.state.status === 'quarantined') return task.attempts + task.deaths.length;
  const cutShort = task.state.status === 'cancelled' && copiesOf(before).length > 0;
  return cutShort ? task.attempts + 1 : task.attempts;
}

function endFailure(ref: TaskRef, event: TaskEvent): Failure {
  if (event.kind === 'failed') return event.failure;
  if (event.kind === 'died') return quarantineFailure(ref.task, event.failure);
  return { code: 'TASK_CANCELLED', message: `Task ${ref.id} was cancelled` };
}

/** Ids by plan: a plan stays the same object from tick to tick, and an id that is kept has its hash with it. */
const ids = new WeakMap<PlannedTask, { readonly job: JobId; readonly id: TaskId }>();

function idOf(job: JobId, plan: PlannedTask): TaskId {
  const known = ids.get(plan);
  if (known?.job === job) return known.id;
  const id = taskId(job, plan.name);
  ids.set(plan, { job, id });
  return id;
}

function without(list: readonly Assignment[], task: TaskId): Assignment[] {
  return list.filter((each) => each.task !== task);
}

function isRetryReason(kind: TaskEvent['kind']): kind is RetryReason {
  return kind === 'failed' || kind === 'died' || kind === 'released' || kind === 'node_lost';
}
