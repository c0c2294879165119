import type { ZooKeeperClient } from '../client/client.ts';

/**
 * Keeps a session going for as long as a process runs: when one has expired, a new client takes its place, and whatever
 * stood on the old one (membership, candidacy, caches) is made again on the new one by `onSession`.
 */
export class SessionKeeper {
  readonly #connect: () => ZooKeeperClient;
  readonly #onSession: (client: ZooKeeperClient) => void;
  #client: ZooKeeperClient;

  /** `onSession` is called with each client as soon as there is one, the first one included. */
  constructor(connect: () => ZooKeeperClient, onSession: (client: ZooKeeperClient) => void) {
    this.#connect = connect;
    this.#onSession = onSession;
    this.#client = this.#begin();
  }

  /** The client of the present session. Ask anew each time. */
  get client(): ZooKeeperClient {
    return this.#client;
  }

  /** Ends the session; no other one follows. */
  close(): Promise<void> {
    return this.#client.close();
  }

  #begin(): ZooKeeperClient {
    const client = this.#connect();
    client.onState(({ state }) => {
      if (state === 'expired') this.#client = this.#begin();
    });
    this.#onSession(client);
    return client;
  }
}
