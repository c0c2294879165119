import type { Instant } from '../../base/units.ts';
import type { InjectedFault } from './history.ts';

/** What the work was like after a fault, as far as ends of tasks show it. */
export type Recovery = {
  readonly number: number;
  /** From the fault to the next task that ended; absent when none did. */
  readonly nextEndMs?: number;
  /** The longest time without the end of a task that began before `horizonMs` after the fault had passed. */
  readonly longestPauseMs: number;
  /** From the fault until all that it hit was well again; absent when that was not seen. */
  readonly healedMs?: number;
};

/**
 * The effect of each fault on the work. Faults overlap: what one sees may be another's doing. `ends` are the times at
 * which tasks ended.
 */
export function recoveries(
  faults: readonly InjectedFault[],
  ends: readonly Instant[],
  horizonMs: number,
): readonly Recovery[] {
  const sorted = ends.toSorted((a, b) => a - b);
  return faults.map(({ number, at, healedAt }) => {
    const next = sorted.find((end) => end >= at);
    return {
      number,
      ...(next === undefined ? {} : { nextEndMs: next - at }),
      longestPauseMs: longestPause(sorted, at, horizonMs),
      ...(healedAt === undefined ? {} : { healedMs: healedAt - at }),
    };
  });
}

function longestPause(sorted: readonly Instant[], at: Instant, horizonMs: number): number {
  let [longest, last]: [number, number] = [0, at];
  for (const end of sorted) {
    if (end < at) continue;
    longest = Math.max(longest, end - last);
    last = end;
    if (end > at + horizonMs) break;
  }
  return longest;
}
