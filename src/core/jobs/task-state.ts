import { assert, unreachable } from '../../base/assert.ts';
import { type Failure, failure, isRetryable } from '../../base/errors.ts';
import type { NodeId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import { backoffMs } from '../resilience/backoff.ts';
import type { Copy, LiveTask, LiveTaskState } from './live.ts';
import type { PlannedTask, TaskOutcome } from './task.ts';

/**
 * What happens to a live task; `node` is the one that it happened on. `chance` is in [0, 1) and decides how long a retry
 * waits.
 */
export type TaskEvent =
  /** All its predecessors have ended. */
  | { readonly kind: 'unblocked'; readonly at: Instant }
  | { readonly kind: 'assigned'; readonly node: NodeId; readonly at: Instant }
  /** Given to a second node, because the first one takes too long. */
  | { readonly kind: 'copied'; readonly node: NodeId; readonly at: Instant }
  /** Given back untouched (drain, stop, a better place): costs nothing. */
  | {
      readonly kind: 'released';
      readonly node: NodeId;
      readonly at: Instant;
      /** It is of no use before that, and why. */
      readonly afterMs?: number;
      readonly failure?: Failure;
    }
  /** An attempt ended badly. */
  | ({ readonly kind: 'failed' } & BadEnd)
  /** Its worker process died, or its node while running it: no attempt, but a death. */
  | ({ readonly kind: 'died' } & BadEnd)
  /** Its node vanished before it ran: costs nothing. */
  | { readonly kind: 'node_lost'; readonly node: NodeId; readonly at: Instant }
  /** An outcome stands in the database, whoever wrote it. */
  | { readonly kind: 'outcome'; readonly status: TaskOutcome['status'] }
  | { readonly kind: 'cancelled' };

type BadEnd = {
  readonly node: NodeId;
  readonly failure: Failure;
  readonly at: Instant;
  readonly chance: number;
};

export type RetryRules = {
  readonly retriesMax: number;
  readonly deathsMax: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
};

/**
 * The one way a live task changes. Asserts the allowed edges:
 * blocked → waiting → assigned → waiting (retry, release, loss) or ended; assigned ⇄ doubled; and from anywhere but ended
 * to ended by an outcome or a cancellation. Two copies are one attempt: whatever ends one of them badly, the other goes on,
 * and only a death counts.
 */
export function transition(task: LiveTask, event: TaskEvent, rules: RetryRules = limits): LiveTask {
  const { state } = task;
  assert(state.state !== 'ended', `task ${task.plan.name} has ended and takes no ${event.kind}`);
  switch (event.kind) {
    case 'unblocked':
      assert(state.state === 'blocked', `a ${state.state} task can not be unblocked`);
      return { ...task, state: { state: 'waiting', notBefore: event.at } };
    case 'assigned':
      assert(state.state === 'waiting', `a ${state.state} task can not be assigned`);
      return {
        ...task,
        state: { state: 'assigned', attempt: task.attempts + 1, node: event.node, at: event.at },
      };
    case 'copied':
      return { ...task, state: doubled(state, event) };
    case 'released':
      return { ...task, state: withoutCopy(state, event.node) ?? waiting(event, rules) };
    case 'node_lost':
      return { ...task, state: withoutCopy(state, event.node) ?? { state: 'waiting', notBefore: event.at } };
    case 'failed': {
      const left = withoutCopy(state, event.node);
      if (left !== undefined) return { ...task, state: left };
      return afterFailure({ ...task, attempts: task.attempts + 1 }, event, rules);
    }
    case 'died':
      return afterDeath({ ...task, deaths: [...task.deaths, event.node] }, event, rules);
    case 'outcome':
      return { ...task, state: { state: 'ended', status: event.status } };
    case 'cancelled':
      return { ...task, state: { state: 'ended', status: 'cancelled' } };
    default:
      return unreachable(event);
  }
}

/** The nodes that a task is with now, in the order in which it was given to them. */
export function copiesOf(state: LiveTaskState): readonly Copy[] {
  if (state.state === 'assigned') return [state];
  return state.state === 'doubled' ? state.copies : [];
}

/** The task's copy on this node; undefined when there is none. */
export function copyOn(state: LiveTaskState, node: NodeId): Copy | undefined {
  if (state.state === 'assigned') return state.node === node ? state : undefined;
  if (state.state !== 'doubled') return undefined;
  const [first, second] = state.copies;
  return first.node === node ? first : second.node === node ? second : undefined;
}

function doubled(state: LiveTaskState, { node, at }: Copy): LiveTaskState {
  assert(state.state === 'assigned', `a ${state.state} task can not be copied`);
  assert(state.node !== node, `a task can not be on ${node} twice`);
  const { attempt } = state;
  return {
    state: 'doubled',
    attempt,
    copies: [
      { node: state.node, at: state.at },
      { node, at },
    ],
  };
}

/** The task with its other node alone; undefined when there is none. */
function withoutCopy(state: LiveTaskState, node: NodeId): LiveTaskState | undefined {
  assert(copyOn(state, node) !== undefined, `a ${state.state} task is not with ${node}`);
  if (state.state !== 'doubled') return undefined;
  const [first, second] = state.copies;
  return { state: 'assigned', attempt: state.attempt, ...(first.node === node ? second : first) };
}

/** A task of a plan before anything happened to it. */
export function plannedTask(plan: PlannedTask, attempts = 0): LiveTask {
  return { plan, attempts, deaths: [], state: { state: 'blocked' } };
}

/** The failure that is recorded with a task that was taken out because it killed its workers. */
export function quarantineFailure(task: LiveTask, last: Failure): Failure {
  const { plan, deaths } = task;
  const message = `Task ${plan.name} killed ${deaths.length} workers or nodes, on ${deaths.join(', ')}`;
  return failure('TASK_QUARANTINED', message, {
    hint: 'Look into the cause, then run the job again: the task starts afresh.',
    cause: last.message,
  });
}

function afterFailure(task: LiveTask, event: BadEnd, rules: RetryRules): LiveTask {
  const final = !isRetryable(event.failure) || task.attempts > rules.retriesMax;
  const state: LiveTaskState = final
    ? { state: 'ended', status: 'failed' }
    : again(event, task.attempts, rules);
  return { ...task, state };
}

function afterDeath(task: LiveTask, event: BadEnd, rules: RetryRules): LiveTask {
  const left = withoutCopy(task.state, event.node);
  const final = task.deaths.length >= rules.deathsMax;
  const state: LiveTaskState = final
    ? { state: 'ended', status: 'quarantined' }
    : (left ?? again(event, task.deaths.length, rules));
  return { ...task, state };
}

/** No longer than any back-off: what made it useless may be over. */
function waiting(event: Extract<TaskEvent, { kind: 'released' }>, rules: RetryRules): LiveTaskState {
  const { at, afterMs = 0, failure: lastFailure } = event;
  const notBefore = instant(at + Math.min(Math.max(0, afterMs), rules.retryCapMs));
  return { state: 'waiting', notBefore, ...(lastFailure === undefined ? {} : { lastFailure }) };
}

function again(event: BadEnd, retry: number, rules: RetryRules): LiveTaskState {
  const waitMs = backoffMs({ baseMs: rules.retryBaseMs, capMs: rules.retryCapMs }, retry, event.chance);
  return { state: 'waiting', notBefore: instant(event.at + waitMs), lastFailure: event.failure };
}
