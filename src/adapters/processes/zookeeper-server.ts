import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { limits } from '../../base/limits.ts';
import { plainEnvironment } from './environment.ts';
import { LogFile } from './log-file.ts';
import type { ProcessPlan } from './process-plan.ts';

/** Where Debian puts the server; its manifest names most of what it needs. */
export const zooKeeperJar = '/usr/share/java/zookeeper.jar';
const logJar = '/usr/share/java/slf4j-simple.jar';

export type ZooKeeperServer = {
  readonly name: string;
  readonly zone: string;
  readonly id: number;
  /** For clients, in the clear. */
  readonly port: number;
  /** Holds its configuration and its data. */
  readonly directory: string;
  readonly logFile: string;
  readonly tickMs: number;
  /** Lines of the configuration beside the usual ones: the members of the ensemble, above all. */
  readonly configuration: readonly string[];
  /** Jars beside the usual ones. */
  readonly jars?: readonly string[];
};

/** A ZooKeeper server. It is ready when it serves clients, so that of an ensemble none is ready before most have started. */
export function zooKeeperPlan(server: ZooKeeperServer): ProcessPlan {
  return {
    name: server.name,
    role: 'zookeeper',
    zone: server.zone,
    log: new LogFile(server.logFile),
    command: () => command(server),
    readiness: async () => ((await zooKeeperMode(server.port)) === undefined ? undefined : {}),
    stopSignal: 'SIGTERM',
    portIsTaken: /BindException|Address already in use/,
  };
}

/** `standalone`, `leader` or `follower`; undefined when the server does not serve. */
export async function zooKeeperMode(port: number): Promise<string | undefined> {
  return /^Mode: (\w+)/m.exec((await askZooKeeper(port, 'srvr')) ?? '')?.[1];
}

/** What the server says to a four-letter command such as `mntr`; undefined when it does not answer. */
export async function askZooKeeper(port: number, question: string): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, timeout: limits.processProbeMs });
  socket.once('timeout', () => socket.destroy());
  socket.write(question);
  const answer = await text(socket).catch(() => '');
  return answer === '' ? undefined : answer;
}

/** Deletes all that a server knows. It must not run. */
export function emptyZooKeeper(directory: string): void {
  rmSync(dataOf(directory), { recursive: true, force: true });
}

function dataOf(directory: string): string {
  return join(directory, 'data');
}

function command(server: ZooKeeperServer): ReturnType<ProcessPlan['command']> {
  const data = dataOf(server.directory);
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'myid'), String(server.id));
  const configuration = join(server.directory, 'zoo.cfg');
  writeFileSync(configuration, configurationOf(server));
  // A small heap and the quick compiler alone. `forceSync` stays on: without it, members that are killed in a row lose
  // writes that they had acknowledged.
  const flags = ['-Xms32m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const settings = ['preAllocSize=1024', 'extendedTypesEnabled=true'].map((it) => `-Dzookeeper.${it}`);
  const classPath = [zooKeeperJar, logJar, ...(server.jars ?? [])].join(':');
  const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
  return {
    program: 'java',
    args: [...flags, ...settings, '-cp', classPath, main, configuration],
    directory: server.directory,
    environment: plainEnvironment(),
  };
}

function configurationOf({ directory, port, tickMs, configuration }: ZooKeeperServer): string {
  const lines = [
    `tickTime=${tickMs}`,
    'initLimit=40',
    `dataDir=${dataOf(directory)}`,
    'clientPortAddress=127.0.0.1',
    `clientPort=${port}`,
    'admin.enableServer=false',
    '4lw.commands.whitelist=*',
    'maxClientCnxns=0',
    ...configuration,
  ];
  return `${lines.join('\n')}\n`;
}
