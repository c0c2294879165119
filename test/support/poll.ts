import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until the answer is not undefined; fails after the deadline, saying what was waited for. */
export async function poll<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  options: { readonly deadlineMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const { deadlineMs = 60_000, everyMs = 20 } = options;
  for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += everyMs) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(everyMs);
  }
  throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
}
