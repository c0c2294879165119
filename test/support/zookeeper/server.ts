import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '../eventually.ts';

/** One server of a test's ensemble. */
export type TestServer = {
  readonly id: number;
  /** For clients, in the clear. */
  readonly port: number;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it after it was killed, without waiting until it serves. */
  launch(): Promise<void>;
  /** Removes all that it has stored, after it was killed. */
  wipe(): Promise<void>;
  /** Starts it after it was killed; resolves when it serves. */
  restart(): Promise<void>;
  /** SIGSTOP: it keeps its connections and accepts new ones, and answers nothing. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** What the server says to a four-letter command such as `mntr`; undefined when it does not answer. */
  ask(command: string): Promise<string | undefined>;
};

type ServerOptions = {
  readonly id: number;
  readonly port: number;
  readonly directory: string;
  readonly tickMs: number;
  readonly configuration: readonly string[];
  readonly jars: readonly string[];
};

const jar = '/usr/share/java/zookeeper.jar';
const startDeadlineMs = 30_000;

/** A ZooKeeper server as a process of its own, which dies with this one however this one ends. */
export class ZooKeeperServer implements TestServer {
  readonly id: number;
  readonly port: number;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;

  constructor(options: ServerOptions) {
    this.id = options.id;
    this.port = options.port;
    this.#options = options;
  }

  async launch(): Promise<void> {
    if (!existsSync(jar))
      throw new Error(`${jar} is missing: install libzookeeper-java, as scripts/test.sh does`);
    const { directory, jars } = this.#options;
    await mkdir(join(directory, 'data'), { recursive: true });
    await writeFile(join(directory, 'data/myid'), String(this.id));
    const configuration = join(directory, 'zoo.cfg');
    await writeFile(configuration, this.#configuration());
    // A small heap and the quick compiler alone. `forceSync` stays on: without it, members that are killed in a row lose
    // writes that they had acknowledged.
    const flags = ['-Xms32m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const settings = ['preAllocSize=1024', 'extendedTypesEnabled=true'].map(
      (setting) => `-Dzookeeper.${setting}`,
    );
    const classPath = [jar, '/usr/share/java/slf4j-simple.jar', ...jars].join(':');
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const command = ['java', ...flags, ...settings, '-cp', classPath, main, configuration];
    const log = join(directory, 'log');
    const child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'sh', '-c', `exec "$@" 2>>"${log}"`, '-', ...command],
      {
        stdio: 'ignore',
      },
    );
    this.#child = child;
    await once(child, 'spawn');
  }

  /** Waits until the server serves clients. */
  async serving(): Promise<void> {
    try {
      await eventually(`server ${this.id} serves`, () => this.mode(), startDeadlineMs, 25);
    } catch (error) {
      const log = await readFile(join(this.#options.directory, 'log'), 'utf8').catch(() => '');
      throw new Error(`server ${this.id} does not serve: ${log.slice(-2_000)}`, { cause: error });
    }
  }

  /** `standalone`, `leader` or `follower`; undefined when it does not serve. */
  async mode(): Promise<string | undefined> {
    return /^Mode: (\w+)/m.exec((await this.ask('srvr')) ?? '')?.[1];
  }

  async restart(): Promise<void> {
    await this.launch();
    await this.serving();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  wipe(): Promise<void> {
    return rm(join(this.#options.directory, 'data'), { recursive: true, force: true });
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async ask(command: string): Promise<string | undefined> {
    const socket = connect({ host: '127.0.0.1', port: this.port });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.write(command);
    const answer = await text(socket).catch(() => '');
    return answer === '' ? undefined : answer;
  }

  #configuration(): string {
    const { directory, tickMs, configuration } = this.#options;
    const lines = [
      `tickTime=${tickMs}`,
      'initLimit=40',
      'syncLimit=10',
      `dataDir=${join(directory, 'data')}`,
      'clientPortAddress=127.0.0.1',
      `clientPort=${this.port}`,
      'admin.enableServer=false',
      '4lw.commands.whitelist=*',
      'maxClientCnxns=0',
      ...configuration,
    ];
    return `${lines.join('\n')}\n`;
  }
}
