import type { Clock } from '../../../ports/clock.ts';
import { ZooKeeperClient, type ZooKeeperClientOptions } from './client.ts';
import type { SessionKey } from './connect-request.ts';
import { isFinal, isLive } from './session-state.ts';

/**
 * Ends a session that belongs to nobody any more, so that its ephemeral nodes vanish at once. Says whether it has ended,
 * by this or by itself; false when no server answered within `timeoutMs`. It takes the session from whoever still has
 * it: only for sessions whose process is dead.
 */
export async function endSession(
  options: Omit<ZooKeeperClientOptions, 'resume'> & { readonly clock: Clock },
  key: SessionKey,
  timeoutMs: number,
): Promise<boolean> {
  const client = new ZooKeeperClient({ ...options, resume: key, operationTimeoutMs: timeoutMs });
  const over = new AbortController();
  let begun = false;
  client.onState((state) => {
    begun ||= isLive(state);
    if (isLive(state) || isFinal(state)) over.abort();
  });
  await options.clock.sleep(timeoutMs, over.signal);
  const isOver = client.state.state === 'expired';
  await client.close();
  return isOver || begun;
}
