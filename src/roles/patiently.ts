import { FailureError, isRetryable } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Outcome } from '../base/outcome.ts';
import { backoffMs } from '../core/resilience/backoff.ts';
import type { Kit } from '../services/kit.ts';
import { Outage } from '../services/outage.ts';
import { unlessAborted } from './unless-aborted.ts';

/**
 * Opens what a process needs, again and again while the failure may pass: it may start later than the process, which is no
 * reason to die. Any other failure, such as a wrong password, is returned at once; undefined when `signal` aborts first.
 */
export async function patiently<T extends { close(): Promise<void> }>(
  kit: Kit,
  wanted: { readonly what: string; readonly open: () => Promise<Outcome<T>>; readonly signal: AbortSignal },
): Promise<Outcome<T> | undefined> {
  const { what, open, signal } = wanted;
  const rule = { baseMs: limits.idleTickMs, capMs: limits.startRetryCapMs };
  const outage = new Outage(kit, what);
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    const patience = new AbortController();
    void tellAfterAWhile(kit, what, AbortSignal.any([patience.signal, signal]));
    const opened = await unlessAborted(open(), signal, async (late) => {
      if (late.ok) await late.value.close();
    });
    patience.abort();
    if (opened === undefined || opened.ok || !isRetryable(opened.error)) return opened;
    kit.log.warn(`${what} did not come; it is tried again`, { attempt, failure: opened.error });
    outage.failed(new FailureError(opened.error));
    await kit.clock.sleep(backoffMs(rule, attempt, kit.random.next()), signal);
  }
  return undefined;
}

/** Says what is waited for, unless `signal` aborts soon: an attempt may take long, and who looks on wants to know. */
export async function tellAfterAWhile(kit: Kit, what: string, signal: AbortSignal): Promise<void> {
  await kit.clock.sleep(limits.startSilenceMs, signal);
  if (!signal.aborted) kit.log.warn(`waits for ${what}`);
}
