import type { Clock } from '../../ports/clock.ts';

/** Waits for `work`, at most `deadlineMs`; true if it ended in time. What it rejects with is its owner's affair. */
export async function within(clock: Clock, work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  const timer = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = clock.sleep(deadlineMs, timer.signal).then(() => false);
  const inTime = await Promise.race([ended, late]);
  timer.abort();
  return inTime;
}
