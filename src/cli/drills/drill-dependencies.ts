import type { Outcome } from '../../base/outcome.ts';
import type { Database } from '../../ports/database.ts';
import type { DrillSite } from '../../ports/drill-site.ts';
import type { LocalCluster } from '../../ports/local-cluster.ts';
import type { Random } from '../../ports/random.ts';
import type { ReadText } from '../../services/drills/process-probe.ts';
import type { GivenCluster } from './given-cluster.ts';

/** What drills need of the world beside what all commands do. */
export type DrillDependencies = {
  readonly random: Random;
  /** A new directory that every user of this machine may pass through. */
  readonly makeDirectory: () => Promise<string>;
  readonly removeDirectory: (directory: string) => Promise<void>;
  /** In this directory; messages come to `host`, by default this machine alone. */
  readonly openSite: (directory: string, host?: string) => Promise<DrillSite>;
  readonly startCluster: (wish: ClusterWish) => Promise<Outcome<LocalCluster>>;
  /** A cluster that somebody else runs. */
  readonly openCluster: (given: GivenCluster) => Promise<LocalCluster>;
  readonly openDatabase: (url: string) => Promise<Outcome<Database>>;
  /** A whole service in this process, with a database of its own, that nobody else knows. */
  readonly startService: (directory: string) => Promise<Outcome<RunningService>>;
  readonly readText: ReadText;
  /** The name of the server that leads the ensemble at these addresses, if one does. */
  readonly zooKeeperLeader: (connectString: string) => Promise<string | undefined>;
  /** Processor time that a process and its children have used so far, ms; undefined where nobody can tell. */
  readonly cpuMsOf: (pid: number) => number | undefined;
  /** Puts three million flights into a directory; returns their definition. */
  readonly publishFlights: (directory: string) => Promise<string>;
  /** In words: processor, memory, operating system. */
  readonly machine: () => string;
};

export type ClusterWish = {
  readonly directory: string;
  readonly nodesPerCluster: number;
  readonly slots: number;
  readonly zones: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly build: string;
};

export type RunningService = { readonly url: string; stop(): Promise<void> };
