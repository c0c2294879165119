/** How waits between attempts grow. */
export type BackoffRule = { readonly baseMs: number; readonly capMs: number };

/**
 * How long to wait before retry number `retry` (from 1), in whole milliseconds: a random part of an exponentially
 * growing span ("full jitter", Brooker, AWS Architecture Blog, 2015), so that what failed together does not come back
 * together. `chance` is in [0, 1).
 */
export function backoffMs(rule: BackoffRule, retry: number, chance: number): number {
  const span = Math.min(rule.capMs, rule.baseMs * 2 ** Math.min(retry - 1, 52));
  return Math.floor(chance * span);
}
