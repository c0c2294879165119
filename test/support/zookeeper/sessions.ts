import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import type { ZooKeeperClient } from '../../../src/adapters/zookeeper/client/client.ts';
import { type Places, placesOf } from '../../../src/adapters/zookeeper/coordination/places.ts';
import { ZooKeeperCoordination } from '../../../src/adapters/zookeeper/coordination/session.ts';
import { startWatcher } from '../../../src/adapters/zookeeper/death-watch/death-watch.ts';
import { lastWillOf } from '../../../src/adapters/zookeeper/death-watch/last-will.ts';
import { type ClusterName, nodeId } from '../../../src/base/ids.ts';
import type { Candidacy, Coordination, LeaderTerm } from '../../../src/ports/coordination.ts';
import type { CoordinationRig } from '../../conformance/coordination.ts';
import { eventually } from '../eventually.ts';
import { createRecordingLog } from '../kit.ts';
import { must, type TestClients } from './clients.ts';

let rigs = 0;

/** Sessions of the coordination port on an ensemble, in a corner of it that nobody else uses. */
export class TestSessions implements CoordinationRig, AsyncDisposable {
  /** The path of that corner. */
  readonly chroot: string;
  readonly log = createRecordingLog();
  readonly #clients: TestClients;
  readonly #clientOf = new Map<Coordination, ZooKeeperClient>();

  constructor(clients: TestClients) {
    rigs += 1;
    this.chroot = `/rig-${rigs}`;
    this.#clients = clients;
  }

  get places(): Places {
    return placesOf('quality', this.chroot);
  }

  /** A new session, on a client of its own or on a given one. */
  async session(
    cluster: ClusterName = 'quality',
    client: ZooKeeperClient = this.#clients.make(),
  ): Promise<ZooKeeperCoordination> {
    const kit = { clock: systemClock, random: createRandom() };
    await must(client.exists('/'));
    const places = placesOf(cluster, this.chroot);
    const session = new ZooKeeperCoordination({ cluster, client, kit, log: this.log, places });
    this.#clientOf.set(session, client);
    return session;
  }

  /** A session that leads, and what it was told. */
  async leader(session: Coordination, id = 'm1') {
    const terms: LeaderTerm[] = [];
    const events: string[] = [];
    const candidacy: Candidacy = await session.campaign({
      id: nodeId(id),
      version: '1',
      onElected: (term) => {
        terms.push(term);
        events.push('elected');
      },
      onDeposed: () => {
        events.push('deposed');
      },
    });
    const term = (times = 1) =>
      eventually(`${id} is elected`, () => terms.length >= times && terms[times - 1], 20_000);
    return { candidacy, terms, events, term };
  }

  /** The client below a session. */
  clientOf(session: Coordination): ZooKeeperClient {
    const client = this.#clientOf.get(session);
    if (client === undefined) throw new Error('the session is not of this rig');
    return client;
  }

  /** Ends a session as the watcher of a dead process does. */
  async crash(session: Coordination): Promise<void> {
    const will = lastWillOf(this.clientOf(session), { servers: this.#clients.addresses });
    const watcher = startWatcher(() => {});
    watcher?.tell(`${JSON.stringify(will)}\n`);
    watcher?.dismiss('');
    await eventually('the session has expired', () => session.state() === 'expired');
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#clientOf.values(), (client) => client.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
