import type { Outcome } from '../base/outcome.ts';
import type { Clock } from '../ports/clock.ts';
import type { LocalCluster, LocalProcess } from '../ports/local-cluster.ts';
import type { CheckCommandDependencies } from './commands/check.ts';
import type { DrillDependencies } from './drills/drill-dependencies.ts';
import type { CliIo } from './io.ts';

/** What the commands need of the world; the composition root fills it in. */
export type CliDependencies = {
  readonly io: CliIo;
  readonly clock: Clock;
  readonly version: string;
  /** `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths start from here. */
  readonly workingDirectory: string;
  /** A text file's content. */
  readonly readFile: (path: string) => Promise<string>;
  /** The key in a file that nobody else may read; undefined when there is no such file. */
  readonly readKey: (path: string) => Promise<Outcome<string | undefined>>;
  /** Writes a text file, or replaces it. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** Calls `listener` at Ctrl-C instead of ending the process, until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Runs the service until it is told to stop; the exit code. */
  readonly up: (options: UpOptions) => Promise<number>;
  /** Runs one role of a cluster until it is told to stop; the exit code. */
  readonly role: (options: RoleOptions) => Promise<number>;
  /** Starts a whole cluster on this machine; `signal` ends the start. */
  readonly startCluster: (
    options: ClusterOptions,
    watch: { readonly onChange: (change: LocalProcess) => void; readonly signal: AbortSignal },
  ) => Promise<Outcome<LocalCluster>>;
  /** Starts what `check` reads and measures files with. */
  readonly startChecking: CheckCommandDependencies['startChecking'];
  /** Runs the demonstration; the exit code. */
  readonly demo: (options: DemoOptions) => Promise<number>;
  /** What drills start and look at. */
  readonly drills: DrillDependencies;
};

/** As given on the command line; the configuration checks them and knows the defaults. */
export type UpOptions = {
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly host?: string;
  readonly port?: string;
  readonly workers?: string;
  readonly logLevel?: string;
  readonly secretsFile?: string;
  readonly access?: string;
};

/** As given on the command line: `up` with a whole cluster. */
export type ClusterOptions = UpOptions & {
  readonly clusterOf: string;
  readonly zones?: string;
  readonly slots?: string;
};

export type DemoOptions = UpOptions & { readonly once: boolean; readonly json: boolean };

/** As given on the command line, for one role of a cluster. */
export type RoleOptions = {
  readonly role: 'manager' | 'node' | 'api' | 'scheduler';
  readonly cluster?: string;
  readonly name?: string;
  readonly zookeeper?: string;
  readonly databaseUrl?: string;
  readonly host?: string;
  readonly port?: string;
  readonly region?: string;
  readonly zone?: string;
  readonly logLevel?: string;
  readonly sessionTimeout?: string;
  readonly data?: string;
  readonly slots?: string;
  readonly memoryMb?: string;
  readonly batches?: string;
  readonly access?: string;
  readonly secretsFile?: string;
};
