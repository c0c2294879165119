import { performance } from 'node:perf_hooks';

const intervalMs = 20;

/**
 * Makes a meter of how late the event loop is: each call gives the longest delay since the call before, in milliseconds.
 * Node's own histogram misses the first interval after each reset, and with it the delays that matter.
 */
export function createLoopDelay(): () => number {
  let [lastMs, longestMs] = [performance.now(), 0];
  const note = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs - intervalMs);
    lastMs = nowMs;
  };
  setInterval(note, intervalMs).unref();
  return () => {
    const lateMs = Math.max(longestMs, performance.now() - lastMs - intervalMs, 0);
    longestMs = 0;
    return lateMs;
  };
}
