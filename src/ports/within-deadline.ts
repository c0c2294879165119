import { type Failure, FailureError, failure, failureOf } from '../base/errors.ts';
import { fail, type Outcome, succeed } from '../base/outcome.ts';
import type { Wait } from './provider.ts';

const timerMsMax = 2 ** 31 - 1;

/** Runs an action within its deadline, at which its signal aborts, and returns what it throws as a failure. `what` names it, as in `The listing of files`. */
export async function withinDeadline<T>(
  what: string,
  wait: Wait,
  action: (wait: Wait) => Promise<T>,
): Promise<Outcome<T>> {
  const deadline =
    wait.timeoutMs > 0
      ? AbortSignal.timeout(Math.min(Math.ceil(wait.timeoutMs), timerMsMax))
      : AbortSignal.abort();
  const signal = AbortSignal.any([wait.signal, deadline]);
  try {
    signal.throwIfAborted();
    return succeed(await action({ ...wait, signal }));
  } catch (error) {
    if (wait.signal.aborted) return fail(failure('TASK_CANCELLED', `${what} was cancelled`));
    if (deadline.aborted) return fail(timedOut(what, wait, error));
    return fail(failureOf(error));
  }
}

function timedOut(what: string, { timeoutMs }: Wait, error: unknown): Failure {
  const cause = error instanceof FailureError ? error.failure.message : undefined;
  return failure('TASK_TIMEOUT', `${what} took more than ${timeoutMs} ms`, { cause });
}
