import { type ChildProcess, spawn } from 'node:child_process';
import type { Log } from '../../../ports/log.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import { isFinal } from '../client/session-state.ts';
import { endAfterDeath } from './end-after-death.ts';
import { type EnsembleAddress, lastWillOf } from './last-will.ts';

/**
 * Watches over the death of this process: a small child process ends the client's session on the ensemble as soon as
 * this process is dead, so that its ephemeral nodes vanish at once and not after the session time-out. While this
 * process only stands still, nothing happens. The watch ends when the client has ended its session.
 *
 * It is a gain and no need: without the child the session ends by its time-out.
 */
export function watchForDeath(client: ZooKeeperClient, ensemble: EnsembleAddress, log: Log): void {
  let isOver = false;
  const lost = (why: string): void => {
    if (!isOver)
      log.warn('a session has no watcher: the death of this process would be noticed late', { why });
    isOver = true;
  };
  const child = startWatcher(lost);
  if (child === undefined) return;
  child.tell(`${JSON.stringify(lastWillOf(client, ensemble))}\n`);
  client.onState((state) => {
    if (!isFinal(state)) return;
    isOver = true;
    // Of a session that this process gave up without being heard, the watcher takes leave in its place.
    const isEnded = state.state === 'expired' || (state.state === 'closed' && state.why === 'asked');
    child.dismiss(isEnded ? 'rest\n' : '');
  });
}

type Watcher = { tell(line: string): void; dismiss(line: string): void };

/** Starts a watcher that does not keep this process alive; `onLost` is called with why there is none, or no more. */
export function startWatcher(onLost: (why: string) => void): Watcher | undefined {
  const child = spawnWatcher(onLost);
  child?.once('error', (error) => onLost(error.message));
  child?.once('exit', (code, signal) => onLost(signal ?? `exit ${code}`));
  // Where the system has no more processes or files to give, there is no pipe either.
  const input = child?.stdin ?? undefined;
  if (child === undefined || input === undefined) return undefined;
  child.unref();
  if ('unref' in input && typeof input.unref === 'function') input.unref();
  input.on('error', () => {});
  return { tell: (line) => void input.write(line), dismiss: (line) => void input.end(line) };
}

function spawnWatcher(onLost: (why: string) => void): ChildProcess | undefined {
  try {
    return spawn(process.execPath, [...leanFlags, '--eval', `(${endAfterDeath.toString()})()`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Neither settings of this process nor its secrets.
      env: {},
    });
  } catch (error) {
    onLost(String(error));
    return undefined;
  }
}

/** Small heaps and no threads beside the first. */
const leanFlags = ['--max-semi-space-size=1', '--max-old-space-size=16', '--v8-pool-size=0'];
