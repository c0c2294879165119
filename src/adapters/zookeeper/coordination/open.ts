import { FailureError, failure } from '../../../base/errors.ts';
import type { ClusterName } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Coordination } from '../../../ports/coordination.ts';
import type { Log } from '../../../ports/log.ts';
import type { Random } from '../../../ports/random.ts';
import { ZooKeeperClient } from '../client/client.ts';
import { parseConnectString } from '../client/connect-string.ts';
import type { TlsOptions } from '../client/link.ts';
import type { Credentials } from '../client/session.ts';
import { isLive } from '../client/session-state.ts';
import { watchForDeath } from '../death-watch/death-watch.ts';
import { coordinationLost } from './connection-lost.ts';
import { placesOf } from './places.ts';
import { ZooKeeperCoordination } from './session.ts';

export type CoordinationOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cluster: ClusterName;
  /** `host:port,host:port/prefix`; what is missing of the prefix is made. */
  readonly connectString: string;
  /** What is asked for; the ensemble has the last word. */
  readonly sessionTimeoutMs?: number;
  /** How long the first connection may take. */
  readonly connectTimeoutMs?: number;
  readonly tls?: TlsOptions;
  readonly credentials?: readonly Credentials[];
  /** A child process ends the session as soon as this process is dead; by default only the session's time-out does. */
  readonly deathWatch?: boolean;
};

/**
 * Opens one session on a cluster's ensemble: resolves when connected, or rejects with `COORDINATION_LOST` after its
 * deadline, and with `REQUEST_INVALID` when the connect string is none.
 */
export async function openZooKeeperCoordination(options: CoordinationOptions): Promise<Coordination> {
  const { clock, random, log, cluster, connectString, tls, credentials } = options;
  const ensemble = parseConnectString(connectString);
  if (!ensemble.ok) throw new FailureError(failure('REQUEST_INVALID', ensemble.error));
  const { servers, chroot } = ensemble.value;
  const client = new ZooKeeperClient({
    clock,
    random,
    servers,
    sessionTimeoutMs: options.sessionTimeoutMs ?? limits.sessionTimeoutMs,
    ...(tls === undefined ? {} : { tls }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  await connected(client, clock, options.connectTimeoutMs ?? limits.zooKeeperConnectTimeoutMs);
  if (options.deathWatch === true) {
    watchForDeath(client, { servers, ...(tls === undefined ? {} : { tls }) }, log);
  }
  return new ZooKeeperCoordination({
    cluster,
    client,
    kit: { clock, random },
    log: log.with({ cluster }),
    places: placesOf(cluster, chroot),
  });
}

/** Waits for the session to begin; a client that has none in time is closed. */
async function connected(client: ZooKeeperClient, clock: Clock, timeoutMs: number): Promise<void> {
  const changed = new AbortController();
  const forget = client.onState(() => changed.abort());
  await clock.sleep(timeoutMs, changed.signal);
  forget();
  if (isLive(client.state)) return;
  const why = client.fault ?? 'no server answered';
  await client.close();
  throw coordinationLost(`There is no session on the ensemble after ${timeoutMs} ms: ${why}`);
}
