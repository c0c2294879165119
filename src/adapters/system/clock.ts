import { instant } from '../../base/units.ts';
import type { Clock } from '../../ports/clock.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  monotonicMs: () => performance.now(),
  sleep,
};

/** Node fires timers above this at once; a longer sleep is cut into pieces. */
const timerMsMax = 2 ** 31 - 1;

async function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  const endMs = performance.now() + durationMs;
  let leftMs = durationMs;
  do {
    if (signal?.aborted) return;
    await sleepOnce(Math.min(Math.max(leftMs, 0), timerMsMax), signal);
    leftMs = endMs - performance.now();
  } while (leftMs > 1);
}

function sleepOnce(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal?.addEventListener('abort', end, { once: true });
  });
}
