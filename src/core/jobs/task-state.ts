import { assert, unreachable } from '../../base/assert.ts';
import { type Failure, failure, isRetryable } from '../../base/errors.ts';
import type { NodeId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import { backoffMs } from '../resilience/backoff.ts';
import type { LiveTask, LiveTaskState } from './live.ts';
import type { PlannedTask, TaskOutcome } from './task.ts';

/** What happens to a live task. `chance` is in [0, 1) and decides how long a retry waits. */
export type TaskEvent =
  /** All its predecessors have ended. */
  | { readonly kind: 'unblocked'; readonly at: Instant }
  | { readonly kind: 'assigned'; readonly node: NodeId; readonly at: Instant }
  /** Given back untouched (drain, stop, a better place): costs nothing. */
  | { readonly kind: 'released'; readonly at: Instant }
  /** An attempt ended badly. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly at: Instant; readonly chance: number }
  /** Its worker process died, or its node while running it: no attempt, but a death. */
  | { readonly kind: 'died'; readonly failure: Failure; readonly at: Instant; readonly chance: number }
  /** Its node vanished before it ran: costs nothing. */
  | { readonly kind: 'node_lost'; readonly at: Instant }
  /** An outcome stands in the database, whoever wrote it. */
  | { readonly kind: 'outcome'; readonly status: TaskOutcome['status'] }
  | { readonly kind: 'cancelled' };

export type RetryRules = {
  readonly retriesMax: number;
  readonly deathsMax: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
};

/**
 * The one way a live task changes. Asserts the allowed edges:
 * blocked → waiting → assigned → waiting (retry, release, loss) or ended; and from anywhere but ended to ended by an
 * outcome or a cancellation.
 */
export function transition(task: LiveTask, event: TaskEvent, rules: RetryRules = limits): LiveTask {
  const { state } = task.state;
  assert(state !== 'ended', `task ${task.plan.name} has ended and takes no ${event.kind}`);
  switch (event.kind) {
    case 'unblocked':
      assert(state === 'blocked', `a ${state} task can not be unblocked`);
      return { ...task, state: { state: 'waiting', notBefore: event.at } };
    case 'assigned':
      assert(state === 'waiting', `a ${state} task can not be assigned`);
      return {
        ...task,
        state: { state: 'assigned', node: event.node, attempt: task.attempts + 1, at: event.at },
      };
    case 'released':
    case 'node_lost':
      assert(state === 'assigned', `a ${state} task is with no node`);
      return { ...task, state: { state: 'waiting', notBefore: event.at } };
    case 'failed':
      assert(state === 'assigned', `a ${state} task can not fail`);
      return afterFailure({ ...task, attempts: task.attempts + 1 }, event, rules);
    case 'died':
      assert(state === 'assigned', `a ${state} task can not die`);
      return afterDeath({ ...task, deaths: task.deaths + 1 }, event, rules);
    case 'outcome':
      return { ...task, state: { state: 'ended', status: event.status } };
    case 'cancelled':
      return { ...task, state: { state: 'ended', status: 'cancelled' } };
    default:
      return unreachable(event);
  }
}

/** A task of a plan before anything happened to it. */
export function plannedTask(plan: PlannedTask, attempts = 0): LiveTask {
  return { plan, attempts, deaths: 0, state: { state: 'blocked' } };
}

/** The failure that is recorded with a task that was taken out because it killed its workers. */
export function quarantineFailure(task: LiveTask, last: Failure): Failure {
  return failure('TASK_QUARANTINED', `Task ${task.plan.name} killed ${task.deaths} workers or nodes`, {
    hint: 'Look into the cause, then run the job again: the task starts afresh.',
    cause: last.message,
  });
}

type BadEnd = Extract<TaskEvent, { kind: 'failed' | 'died' }>;

function afterFailure(task: LiveTask, event: BadEnd, rules: RetryRules): LiveTask {
  const final = !isRetryable(event.failure) || task.attempts > rules.retriesMax;
  const state: LiveTaskState = final
    ? { state: 'ended', status: 'failed' }
    : again(event, task.attempts, rules);
  return { ...task, state };
}

function afterDeath(task: LiveTask, event: BadEnd, rules: RetryRules): LiveTask {
  const final = task.deaths >= rules.deathsMax;
  const state: LiveTaskState = final
    ? { state: 'ended', status: 'quarantined' }
    : again(event, task.deaths, rules);
  return { ...task, state };
}

function again(event: BadEnd, retry: number, rules: RetryRules): LiveTaskState {
  const waitMs = backoffMs({ baseMs: rules.retryBaseMs, capMs: rules.retryCapMs }, retry, event.chance);
  return { state: 'waiting', notBefore: instant(event.at + waitMs), lastFailure: event.failure };
}
