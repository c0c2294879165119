import { FailureError, failure } from '../../../base/errors.ts';
import type { Outcome } from '../../../base/outcome.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import type { ZooKeeperError } from '../client/errors.ts';
import { isLive } from '../client/session-state.ts';

/** What callers of the port get when ZooKeeper does not do what it was asked. */
export function coordinationLost(why: string): FailureError {
  return new FailureError(failure('COORDINATION_LOST', why));
}

/** Throws unless the session is connected. */
export function mustBeConnected(client: ZooKeeperClient): void {
  if (!isLive(client.state)) throw coordinationLost(`The coordination session is ${client.state.state}`);
}

/** The value of an operation; throws `COORDINATION_LOST` for its error. */
export function valueOf<T>(outcome: Outcome<T, ZooKeeperError>): T {
  if (outcome.ok) return outcome.value;
  throw coordinationLost(`ZooKeeper: ${outcome.error.message}`);
}

/** What `work` resolves to; rejects with `COORDINATION_LOST` as soon as the connection is lost. */
export async function unlessLost<T>(client: ZooKeeperClient, work: Promise<T>): Promise<T> {
  mustBeConnected(client);
  const lost = Promise.withResolvers<never>();
  const forget = client.onState((state) => {
    if (!isLive(state)) lost.reject(coordinationLost(`The coordination session is ${state.state}`));
  });
  try {
    return await Promise.race([work, lost.promise]);
  } finally {
    forget();
  }
}
