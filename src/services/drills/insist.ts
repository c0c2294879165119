import { FailureError, isRetryable } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Asks until there is an answer: while a drill goes on, services and databases are away again and again. Throws what can
 * not pass, and the reason of `signal` once it aborts.
 */
export async function insist<T>(
  clock: Clock,
  signal: AbortSignal,
  ask: () => Promise<Outcome<T>>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const outcome = await ask();
    if (outcome.ok) return outcome.value;
    if (!isRetryable(outcome.error)) throw new FailureError(outcome.error);
    await clock.sleep(limits.drillRetryMs, signal);
  }
}
