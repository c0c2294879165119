import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import {
  ZooKeeperClient,
  type ZooKeeperClientOptions,
} from '../../../src/adapters/zookeeper/client/client.ts';
import type { ZooKeeperError } from '../../../src/adapters/zookeeper/client/errors.ts';
import type { Server } from '../../../src/adapters/zookeeper/client/link.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import type { Ensemble } from './ensemble.ts';
import type { TestServer } from './server.ts';

/** Clients of one test, closed together. */
export class TestClients implements AsyncDisposable {
  readonly #ensemble: Ensemble;
  readonly #clients: ZooKeeperClient[] = [];
  /** How often clients got their sessions back. */
  reconnects = 0;

  constructor(ensemble: Ensemble) {
    this.#ensemble = ensemble;
  }

  /** A new client of all servers, or of those that the options name. */
  make(options: Partial<ZooKeeperClientOptions> = {}): ZooKeeperClient {
    const client = new ZooKeeperClient({
      clock: systemClock,
      random: createRandom(),
      servers: this.addresses,
      sessionTimeoutMs: 2_000,
      ...options,
    });
    this.#clients.push(client);
    client.onState(({ state }) => {
      if (state === 'reconnected') this.reconnects += 1;
    });
    return client;
  }

  /** All servers, as clients name them. */
  get addresses(): readonly Server[] {
    return addressesOf(this.#ensemble.servers);
  }

  /** A connected client whose server follows, so that its loss costs no election. */
  async atFollower(options: Partial<ZooKeeperClientOptions> = {}): Promise<ZooKeeperClient> {
    return this.at(await this.#ensemble.follower(), options);
  }

  /** A connected client of this server, which goes to others only when it is lost. */
  async at(server: TestServer, options: Partial<ZooKeeperClientOptions> = {}): Promise<ZooKeeperClient> {
    const others = this.#ensemble.servers.filter((other) => other !== server);
    // Servers are shuffled; a chance of 0.99 leaves each at its place.
    const random = { ...createRandom(), next: () => 0.99 };
    const client = this.make({ servers: addressesOf([server, ...others]), random, ...options });
    await must(client.exists('/'));
    return client;
  }

  /** A connected client that does not use the server of `client`. */
  async elsewhere(client: ZooKeeperClient): Promise<ZooKeeperClient> {
    const own = this.serverOf(client);
    const others = this.#ensemble.servers.filter((server) => server !== own);
    const observer = this.make({ servers: addressesOf(others) });
    await must(observer.exists('/'));
    return observer;
  }

  /** The server that a client is connected to. */
  serverOf({ state }: ZooKeeperClient): TestServer {
    if (state.state !== 'connected' && state.state !== 'reconnected') throw new Error('not connected');
    const found = this.#ensemble.servers.find(({ port }) => port === state.server.port);
    if (found === undefined) throw new Error('the server is none of the ensemble');
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

/** The value of an operation that must succeed. */
export async function must<T>(outcome: Promise<Outcome<T, ZooKeeperError>>): Promise<T> {
  const settled = await outcome;
  if (!settled.ok) throw new Error(`${settled.error.kind}: ${settled.error.message}`);
  return settled.value;
}

/** The error of an operation that must fail. */
export async function mustFail(outcome: Promise<Outcome<unknown, ZooKeeperError>>): Promise<ZooKeeperError> {
  const settled = await outcome;
  if (settled.ok) throw new Error('the operation succeeded');
  return settled.error;
}

function addressesOf(servers: readonly TestServer[]): readonly Server[] {
  return servers.map(({ port }) => ({ host: '127.0.0.1', port }));
}
