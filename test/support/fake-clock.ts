import { type Instant, instant } from '../../src/base/units.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock that stands still until the test moves it. */
export type FakeClock = Clock & {
  /**
   * Moves time on by `ms`, waking sleepers in the order of their due times; between two due times everything that the
   * woken code does at once (promises, immediates) has run. `advance(0)` only lets pending work run.
   */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as a clock correction does: nobody wakes and the monotonic clock stands. */
  jump(ms: number): void;
  /** How many sleeps wait now. */
  sleepers(): number;
};

type Sleeper = { readonly dueMs: number; readonly order: number; readonly wake: () => void };

/** Makes a fake clock whose wall clock starts at `startMs` (epoch milliseconds). */
export function createFakeClock(startMs: number = Date.UTC(2001, 0, 1)): FakeClock {
  let elapsedMs = 0;
  let skewMs = 0;
  let order = 0;
  const sleeping = new Set<Sleeper>();

  const sleep = (durationMs: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        dueMs: elapsedMs + Math.max(0, durationMs),
        order: order++,
        wake: () => {
          sleeping.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      sleeping.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  };

  const advance = async (ms: number): Promise<void> => {
    const untilMs = elapsedMs + ms;
    await settle();
    for (;;) {
      const due = earliest(sleeping, untilMs);
      if (due.length === 0) break;
      elapsedMs = Math.max(elapsedMs, due[0]?.dueMs ?? elapsedMs);
      for (const sleeper of due) sleeper.wake();
      await settle();
    }
    elapsedMs = Math.max(elapsedMs, untilMs);
  };

  return {
    now: (): Instant => instant(startMs + elapsedMs + skewMs),
    monotonicMs: () => elapsedMs,
    sleep,
    advance,
    jump: (ms) => {
      skewMs += ms;
    },
    sleepers: () => sleeping.size,
  };
}

/** All sleepers of the earliest due time up to `untilMs`, in the order in which they fell asleep. */
function earliest(sleeping: ReadonlySet<Sleeper>, untilMs: number): readonly Sleeper[] {
  let dueMs = Number.POSITIVE_INFINITY;
  for (const sleeper of sleeping) dueMs = Math.min(dueMs, sleeper.dueMs);
  if (dueMs > untilMs) return [];
  return [...sleeping].filter((sleeper) => sleeper.dueMs === dueMs).toSorted((a, b) => a.order - b.order);
}

/** Lets promises and immediates run that are ready now. Two rounds: the first may schedule an immediate of its own. */
async function settle(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
