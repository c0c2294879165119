import { apiKeyFor } from '../client/api-key.ts';
import { Client } from '../client.ts';
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
    await tellSetup(session, { url: cluster.apiUrl, data: options.data });
    await untilAborted(signal);
    board.tell('Everything is stopped in order; Ctrl-C again ends it at once.');
    return 0;
  });
}

/** Tells the first start's operator how to become the administrator. */
async function tellSetup(
  { io, dependencies }: Session,
  { url, data }: { readonly url: string; readonly data: string | undefined },
): Promise<void> {
  const { clock, environment } = dependencies;
  const own = data === undefined ? environment : { ...environment, ASSAY_DATA: data };
  const apiKey = await apiKeyFor({ ...dependencies, environment: own }, { url });
  if (apiKey === undefined) return;
  const client = new Client({ url, clock, apiKey });
  const state = await client.session();
  if (!state.ok || !state.value.setupNeeded) return;
  const link = await client.setupLink();
  if (link.ok)
    io.out(
      `Nobody can sign in yet. Make yourself the administrator, once and within three days:\n  ${link.value.url}\n`,
    );
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
