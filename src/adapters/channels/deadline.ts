import type { Outcome } from '../../base/outcome.ts';
import type { DeliveryFailure } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Wait } from '../../ports/provider.ts';

/** Runs an action whose signal aborts at the deadline or with that of the caller. */
export async function withDeadline(
  clock: Clock,
  wait: Wait,
  action: (signal: AbortSignal) => Promise<Outcome<void, DeliveryFailure>>,
): Promise<Outcome<void, DeliveryFailure>> {
  const done = new AbortController();
  const late = new AbortController();
  const watching = clock.sleep(wait.timeoutMs, done.signal).then(() => {
    if (!done.signal.aborted) late.abort(new Error(`no answer within ${wait.timeoutMs} ms`));
  });
  try {
    return await action(AbortSignal.any([wait.signal, late.signal]));
  } finally {
    done.abort();
    await watching;
  }
}
