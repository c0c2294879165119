import { InvariantError } from '../../base/assert.ts';
import { type Failure, FailureError, failure, failureOf } from '../../base/errors.ts';
import { type NodeId, taskName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import type { Assignment, TaskEnd } from '../../core/membership/node.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskFence } from '../../ports/commit.ts';
import type { TaskContext, TaskHandlers } from './task-handler.ts';

/**
 * How a run ended on its node. `dropped`: nobody waits for it any more. `superseded`: its commit came, and was refused
 * because another was first.
 */
export type RunEnd =
  | { readonly kind: 'told'; readonly end: TaskEnd; readonly superseded: boolean }
  | { readonly kind: 'dropped'; readonly superseded: boolean };

export type TaskRunInput = {
  readonly clock: Clock;
  readonly handlers: TaskHandlers;
  readonly node: NodeId;
  readonly assignment: Assignment;
  /** After an abort the handler has this long to end; then it counts as hung and the run ends without it. */
  readonly killGraceMs?: number;
};

type Stop = 'timeout' | 'stopping' | 'vanished';

/** One attempt at one task on this node. Begins at construction; `ended` always resolves, whatever the handler does. */
export class TaskRun {
  readonly assignment: Assignment;
  readonly ended: Promise<RunEnd>;
  /** 0–1, as told by the handler last. */
  progress: number | undefined;
  /** The handler has not ended although the run has. */
  hung = false;
  /** The broken invariant that the handler threw, if it did. */
  broken: InvariantError | undefined;
  readonly #input: TaskRunInput;
  readonly #abort = new AbortController();
  readonly #timers = new AbortController();
  #stop: Stop | undefined;
  #stopped: (() => void) | undefined;

  constructor(input: TaskRunInput) {
    this.#input = input;
    this.assignment = input.assignment;
    this.ended = this.#run();
  }

  /** The task was taken away: nobody cares how it ends. */
  drop(): void {
    this.#halt('vanished', failure('TASK_CANCELLED', `Task ${this.assignment.task} was taken from the node`));
  }

  /** The node stops: what is not committed is given back. */
  release(): void {
    this.#halt('stopping', failure('TASK_CANCELLED', `The node that ran task ${this.assignment.task} stops`));
  }

  async #run(): Promise<RunEnd> {
    const graceOver = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    void this.#watchTime();
    const work = this.#work();
    const outcome = await Promise.race([work, graceOver.then(() => undefined)]);
    this.#timers.abort();
    if (outcome === undefined) {
      this.hung = true;
      void work.then(() => {
        this.hung = false;
      });
    }
    return this.#judge(outcome);
  }

  /** The handler's outcome; whatever it throws is a failure. */
  async #work(): Promise<Outcome<void>> {
    try {
      return await this.#handle();
    } catch (thrown) {
      if (!(thrown instanceof InvariantError)) return fail(failureOf(thrown));
      this.broken = thrown;
      return fail(failure('WORKER_DIED', 'The task met a broken invariant', { cause: thrown }));
    }
  }

  #handle(): Promise<Outcome<void>> {
    const { handlers, assignment } = this.#input;
    const { spec } = assignment;
    const context = this.#context();
    const unable = fail(failure('INTERNAL', `This node has no handler for ${spec.kind} tasks`));
    switch (spec.kind) {
      case 'lookup':
        return handlers.lookup?.run(spec, context) ?? Promise.resolve(unable);
      case 'ingest':
        return handlers.ingest?.run(spec, context) ?? Promise.resolve(unable);
      case 'measure':
        return handlers.measure?.run(spec, context) ?? Promise.resolve(unable);
      case 'query':
        return handlers.query?.run(spec, context) ?? Promise.resolve(unable);
      case 'evaluate':
        return handlers.evaluate?.run(spec, context) ?? Promise.resolve(unable);
      case 'notify':
        return handlers.notify?.run(spec, context) ?? Promise.resolve(unable);
      case 'exercise':
        return handlers.exercise?.run(spec, context) ?? Promise.resolve(unable);
    }
  }

  #context(): TaskContext {
    const { timeoutMs, memoryMb } = this.assignment;
    return {
      fence: fenceOf(this.assignment, this.#input.node),
      signal: this.#abort.signal,
      timeoutMs,
      memoryMb,
      progress: (fraction) => {
        this.progress = Math.min(1, Math.max(0, fraction));
      },
    };
  }

  async #watchTime(): Promise<void> {
    const { task, timeoutMs } = this.assignment;
    await this.#input.clock.sleep(timeoutMs, this.#timers.signal);
    if (this.#timers.signal.aborted) return;
    this.#halt('timeout', failure('TASK_TIMEOUT', `Task ${task} did not end within ${timeoutMs} ms`));
  }

  #halt(stop: Stop, reason: Failure): void {
    if (this.#timers.signal.aborted) return;
    // A task that vanished needs no end, whatever was wanted of it before.
    if (this.#stop === undefined || stop === 'vanished') this.#stop = stop;
    if (this.#abort.signal.aborted) return;
    this.#abort.abort(new FailureError(reason));
    void this.#giveGrace();
  }

  async #giveGrace(): Promise<void> {
    await this.#input.clock.sleep(this.#input.killGraceMs ?? limits.killGraceMs, this.#timers.signal);
    this.#stopped?.();
  }

  /** `outcome` is undefined when the handler hangs. */
  #judge(outcome: Outcome<void> | undefined): RunEnd {
    const superseded = outcome?.ok === false && outcome.error.code === 'COMMIT_SUPERSEDED';
    if (this.#stop === 'vanished') return { kind: 'dropped', superseded };
    if (outcome?.ok === true) return told({ kind: 'committed' });
    if (superseded) return { kind: 'told', end: { kind: 'committed' }, superseded };
    if (this.#stop === 'stopping') return told({ kind: 'released' });
    if (this.#stop === 'timeout') return told({ kind: 'failed', failure: this.#timeout(outcome?.error) });
    const error =
      outcome?.error ?? failure('INTERNAL', `Task ${this.assignment.task} ended without an outcome`);
    if (error.code === 'SOURCE_HELD') {
      // Nothing was tried.
      return told({ kind: 'released', afterMs: error.retryAfterMs ?? 0, failure: shortened(error) });
    }
    return told({ kind: error.code === 'WORKER_DIED' ? 'died' : 'failed', failure: shortened(error) });
  }

  #timeout(cause: Failure | undefined): Failure {
    const { task, timeoutMs } = this.assignment;
    const told = cause === undefined ? 'and did not stop' : 'and was stopped';
    const message = `Task ${task} ran into its time-out of ${timeoutMs} ms ${told}`;
    return failure('TASK_TIMEOUT', message, {
      cause: cause?.code === 'TASK_TIMEOUT' ? undefined : cause?.message,
    });
  }
}

/** Failures travel in reports, which must stay small whatever a source or a library puts into its messages. */
function shortened(error: Failure): Failure {
  const short = (text: string) => (text.length <= charactersMax ? text : `${text.slice(0, charactersMax)} …`);
  return {
    code: error.code,
    message: short(error.message),
    ...(error.hint === undefined ? {} : { hint: short(error.hint) }),
    ...(error.where === undefined ? {} : { where: short(error.where) }),
    ...(error.causes === undefined ? {} : { causes: error.causes.slice(0, causesMax).map(short) }),
  };
}

const charactersMax = 1_000;
const causesMax = 8;

function told(end: TaskEnd): RunEnd {
  return { kind: 'told', end, superseded: false };
}

/** Under which key and in whose name an assignment commits. */
export function fenceOf(assignment: Assignment, node: NodeId): TaskFence {
  const { job, task, attempt, epoch } = assignment;
  return { job, task, name: taskName(task.slice(job.length + 1)), attempt, node, epoch };
}
