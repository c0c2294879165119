import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { freePorts } from './free-ports.ts';
import { onFreePorts, type Supervise } from './on-free-ports.ts';
import type { SupervisedProcess } from './supervised-process.ts';
import { emptyZooKeeper, zooKeeperPlan } from './zookeeper-server.ts';

/** The ZooKeeper servers of the cluster. */
export type Ensemble = {
  readonly servers: readonly SupervisedProcess[];
  /** The servers' addresses as one connect string. */
  readonly connectString: string;
  /** Kills all servers, deletes all that they know, and starts them empty. */
  wipe(): Promise<Outcome<void>>;
};

/** Starts servers that know nothing: what ZooKeeper holds is what happens now, and nothing happened before the start. */
export function startEnsemble(
  supervise: Supervise,
  options: {
    readonly directory: string;
    readonly logDirectory: string;
    readonly zones: readonly string[];
    readonly servers: number;
    readonly tickMs: number;
  },
): Promise<Outcome<Ensemble>> {
  const members = Array.from({ length: options.servers }, (_, index) => index + 1);
  const directoryOf = (id: number): string => join(options.directory, `zookeeper-${id}`);
  return onFreePorts(async () => {
    const ports = await freePorts(options.servers * 3);
    const portOf = (id: number, use: 0 | 1 | 2): number => ports[(id - 1) * 3 + use] ?? 0;
    const quorum = members.map((id) => `server.${id}=127.0.0.1:${portOf(id, 1)}:${portOf(id, 2)}`);
    const servers = members.map((id) => {
      mkdirSync(directoryOf(id), { recursive: true });
      return supervise(
        zooKeeperPlan({
          id,
          name: `zookeeper-${id}`,
          zone: options.zones[(id - 1) % options.zones.length] ?? '',
          port: portOf(id, 0),
          directory: directoryOf(id),
          logFile: join(options.logDirectory, `zookeeper-${id}.log`),
          tickMs: options.tickMs,
          configuration: ['syncLimit=5', ...(options.servers === 1 ? [] : quorum)],
        }),
      );
    });
    const ensemble: Ensemble = {
      servers,
      connectString: members.map((id) => `127.0.0.1:${portOf(id, 0)}`).join(','),
      wipe: async () => {
        await Promise.all(servers.map((server) => server.kill()));
        for (const id of members) emptyZooKeeper(directoryOf(id));
        const started = await Promise.all(servers.map((server) => server.start()));
        return started.find((outcome) => !outcome.ok) ?? succeed(undefined);
      },
    };
    const started = await ensemble.wipe();
    if (started.ok) return succeed(ensemble);
    await Promise.all(servers.map((server) => server.kill()));
    return fail(started.error);
  });
}
