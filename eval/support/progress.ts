import { systemClock } from '../../src/adapters/system/clock.ts';
import { terminalIo } from '../../src/cli/io.ts';
import { ProgressLine } from '../../src/cli/render/progress.ts';

/** Shows how far a piece of work is, with its rate and the time to go. Call `done` after each step, `end` at the end. */
export function startProgress(
  label: string,
  total: number,
): { done: (note?: string) => void; end: () => void } {
  const line = new ProgressLine(terminalIo(process), systemClock);
  const startedMs = systemClock.monotonicMs();
  let done = 0;
  return {
    done: (note) => {
      done += 1;
      const rate = done / ((systemClock.monotonicMs() - startedMs) / 1_000);
      const etaMs = (1_000 * (total - done)) / rate;
      line.update({ label, done, total, rate, etaMs, ...(note === undefined ? {} : { note }) });
    },
    end: () => line.clear(),
  };
}
