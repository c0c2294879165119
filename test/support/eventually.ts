import { setTimeout as pause } from 'node:timers/promises';

/**
 * Polls `check` until it returns something other than undefined or false, and returns that; after `deadlineMs` it fails
 * with `claim`. Errors of `check` count as "not yet"; between two looks it waits `everyMs`.
 */
export async function eventually<T>(
  claim: string,
  check: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
  everyMs = 2,
): Promise<T> {
  const endMs = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
    } catch (thrown) {
      last = thrown;
    }
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${claim}`, { cause: last });
    await pause(everyMs);
  }
}
