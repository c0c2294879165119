import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { type TestServer, ZooKeeperServer } from './server.ts';

/** A real ensemble of one or three servers on free ports of this machine; everything is gone once it is disposed. */
export type Ensemble = AsyncDisposable & {
  readonly servers: readonly TestServer[];
  /** The server that leads now; the only one of one. */
  leader(): Promise<TestServer>;
  /** One that follows now. */
  follower(): Promise<TestServer>;
  /** Waits until all servers serve. */
  whole(): Promise<void>;
};

export type EnsembleOptions = {
  readonly servers: 1 | 3;
  /** The unit of ZooKeeper's time: sessions last between 2 and 20 of it. */
  readonly tickMs?: number;
  /** Lines of the configuration beside the usual ones. */
  readonly configuration?: readonly string[];
  /** Jars beside the usual ones. */
  readonly jars?: readonly string[];
};

/** Starts an ensemble and waits until it serves. */
export async function startEnsemble(options: EnsembleOptions): Promise<Ensemble> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-zookeeper-'));
  const ports = await freePorts(options.servers * 3);
  const members = Array.from({ length: options.servers }, (_, index) => index);
  const quorum = members.map(
    (index) => `server.${index + 1}=127.0.0.1:${ports[index * 3 + 1]}:${ports[index * 3 + 2]}`,
  );
  const servers = members.map(
    (index) =>
      new ZooKeeperServer({
        id: index + 1,
        port: ports[index * 3] ?? 0,
        directory: join(directory, String(index + 1)),
        tickMs: options.tickMs ?? 200,
        configuration: [...(options.servers === 1 ? [] : quorum), ...(options.configuration ?? [])],
        jars: options.jars ?? [],
      }),
  );
  const ensemble: Ensemble = {
    servers,
    leader: () => withMode(servers, (mode) => mode !== 'follower'),
    follower: () => withMode(servers, (mode) => mode === 'follower'),
    whole: async () => {
      await Promise.all(servers.map((server) => server.serving()));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server.kill()));
      await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(servers.map((server) => server.launch()));
    await ensemble.whole();
  } catch (error) {
    await ensemble[Symbol.asyncDispose]();
    throw error;
  }
  return ensemble;
}

async function withMode(
  servers: readonly ZooKeeperServer[],
  fits: (mode: string) => boolean,
): Promise<TestServer> {
  for (const server of servers) {
    const mode = await server.mode();
    if (mode !== undefined && fits(mode)) return server;
  }
  throw new Error('no server is what was asked for');
}
