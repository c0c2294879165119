import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChildRun } from '../../../src/adapters/processes/child-run.ts';
import type { ProcessPlan } from '../../../src/adapters/processes/process-plan.ts';
import { findPrograms } from '../../../src/adapters/processes/programs.ts';
import {
  askZooKeeper,
  emptyZooKeeper,
  zooKeeperMode,
  zooKeeperPlan,
} from '../../../src/adapters/processes/zookeeper-server.ts';
import { FailureError } from '../../../src/base/errors.ts';
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

const startDeadlineMs = 30_000;

/** A ZooKeeper server that nobody starts again, so that a test decides when it is back. It dies with this process. */
export class ZooKeeperServer implements TestServer {
  readonly id: number;
  readonly port: number;
  readonly #directory: string;
  readonly #plan: ProcessPlan;
  #run: ChildRun | undefined;

  constructor({ id, port, directory, configuration, ...options }: ServerOptions) {
    this.id = id;
    this.port = port;
    this.#directory = directory;
    this.#plan = zooKeeperPlan({
      name: `zookeeper-${id}`,
      zone: 'a',
      id,
      port,
      directory,
      logFile: join(directory, 'log'),
      configuration: ['syncLimit=10', ...configuration],
      ...options,
    });
  }

  async launch(): Promise<void> {
    const programs = findPrograms();
    if (!programs.ok) throw new FailureError(programs.error);
    mkdirSync(this.#directory, { recursive: true });
    this.#run = new ChildRun(this.#plan.command(''), this.#plan.log);
  }

  /** Waits until the server serves clients. */
  async serving(): Promise<void> {
    try {
      await eventually(`server ${this.id} serves`, () => this.mode(), startDeadlineMs, 25);
    } catch (error) {
      throw new Error(`server ${this.id} does not serve: ${this.#run?.lastLines()}`, { cause: error });
    }
  }

  /** `standalone`, `leader` or `follower`; undefined when it does not serve. */
  mode(): Promise<string | undefined> {
    return zooKeeperMode(this.port);
  }

  async restart(): Promise<void> {
    await this.launch();
    await this.serving();
  }

  async kill(): Promise<void> {
    this.#run?.signal('SIGKILL');
    await this.#run?.ended;
  }

  async wipe(): Promise<void> {
    emptyZooKeeper(this.#directory);
  }

  freeze(): void {
    this.#run?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#run?.signal('SIGCONT');
  }

  ask(command: string): Promise<string | undefined> {
    return askZooKeeper(this.port, command);
  }
}
