import { formatDuration } from '../base/units.ts';
import type { Session } from './command-set.ts';
import { ProgressLine } from './render/progress.ts';

const barWidth = 24;
const blockWidth = 6;
const stepMs = 100;

/** Awaits one answer, and shows meanwhile that it is being waited for: how far it is, nobody can say. */
export async function whileWaiting<T>(session: Session, label: string, answer: Promise<T>): Promise<T> {
  const { io, dependencies } = session;
  const { clock } = dependencies;
  const line = new ProgressLine(io, clock);
  const done = new AbortController();
  const startedMs = clock.monotonicMs();
  const show = async (): Promise<void> => {
    for (let step = 0; !done.signal.aborted; step += 1) {
      const waitedMs = clock.monotonicMs() - startedMs;
      line.update({
        label: `${label} ${movingBar(step)}`,
        done: 0,
        shareOnly: true,
        note: formatDuration(waitedMs),
      });
      await clock.sleep(stepMs, done.signal);
    }
  };
  const shown = show();
  try {
    return await answer;
  } finally {
    done.abort();
    await shown;
    line.clear();
  }
}

/** A block that goes to and fro. */
function movingBar(step: number): string {
  const range = barWidth - blockWidth;
  const at = range - Math.abs((step % (2 * range)) - range);
  return '░'.repeat(at) + '█'.repeat(blockWidth) + '░'.repeat(range - at);
}
