import type { ExitCode, Session } from '../command-set.ts';
import { valueOf } from '../command-set.ts';
import type { ClusterOptions } from '../dependencies.ts';
import { whileInterruptible } from '../interruptible.ts';
import { ProcessBoard } from '../views/process-board.ts';

/** Runs a whole cluster on this machine until Ctrl-C, and shows its processes meanwhile. */
export async function upCluster(session: Session, options: ClusterOptions): Promise<ExitCode> {
  const { io, dependencies } = session;
  const board = new ProcessBoard(io);
  return whileInterruptible(dependencies, async (signal) => {
    const started = await dependencies.startCluster(options, {
      onChange: (change) => board.show(change),
      signal,
    });
    if (!started.ok && signal.aborted) return 130;
    await using cluster = valueOf(started);
    const data = options.data === undefined ? '' : `; data in ${options.data}`;
    const running = `Assay ${dependencies.version} runs at ${cluster.apiUrl}${data}; Ctrl-C stops it.`;
    board.tell(running);
    if (!io.isTty) io.out(`${running}\n`);
    await untilAborted(signal);
    board.tell('Everything is stopped in order; Ctrl-C again ends it at once.');
    return 0;
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
