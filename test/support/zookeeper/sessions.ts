import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { ZooKeeperClient } from '../../../src/adapters/zookeeper/client/client.ts';
import { endSession } from '../../../src/adapters/zookeeper/client/end-session.ts';
import { placesOf } from '../../../src/adapters/zookeeper/coordination/places.ts';
import { ZooKeeperCoordination } from '../../../src/adapters/zookeeper/coordination/session.ts';
import type { ClusterName } from '../../../src/base/ids.ts';
import type { Coordination } from '../../../src/ports/coordination.ts';
import type { CoordinationRig } from '../../conformance/coordination.ts';
import { eventually } from '../eventually.ts';
import { createRecordingLog } from '../kit.ts';
import { must } from './clients.ts';
import type { Ensemble } from './ensemble.ts';

let rigs = 0;

/** Sessions of the coordination port on an ensemble, in a corner of it that nobody else uses. */
export class TestSessions implements CoordinationRig, AsyncDisposable {
  readonly chroot: string;
  readonly log = createRecordingLog();
  readonly #ensemble: Ensemble;
  readonly #clients = new Map<Coordination, ZooKeeperClient>();
  readonly #sessionTimeoutMs: number;

  constructor(ensemble: Ensemble, sessionTimeoutMs = 2_000) {
    rigs += 1;
    this.chroot = `/rig-${rigs}`;
    this.#ensemble = ensemble;
    this.#sessionTimeoutMs = sessionTimeoutMs;
  }

  async session(cluster: ClusterName): Promise<ZooKeeperCoordination> {
    const kit = { clock: systemClock, random: createRandom() };
    const servers = this.#ensemble.servers.map(({ port }) => ({ host: '127.0.0.1', port }));
    const client = new ZooKeeperClient({ ...kit, servers, sessionTimeoutMs: this.#sessionTimeoutMs });
    await must(client.exists('/'));
    const places = placesOf(cluster, this.chroot);
    const session = new ZooKeeperCoordination({ cluster, client, kit, log: this.log, places });
    this.#clients.set(session, client);
    return session;
  }

  /** The client below a session. */
  clientOf(session: Coordination): ZooKeeperClient {
    const client = this.#clients.get(session);
    if (client === undefined) throw new Error('the session is not of this rig');
    return client;
  }

  async crash(session: Coordination): Promise<void> {
    const client = this.clientOf(session);
    const key = client.sessionKey;
    if (key === undefined) throw new Error('the session has not begun');
    const servers = this.#ensemble.servers.map(({ port }) => ({ host: '127.0.0.1', port }));
    await endSession({ clock: systemClock, random: createRandom(), servers }, key, 10_000);
    await eventually('the session has expired', () => session.state() === 'expired');
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#clients.values(), (client) => client.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
