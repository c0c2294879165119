import type { ClusterName } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';

/**
 * A whole cluster of real processes on this machine: a ZooKeeper ensemble, a PostgreSQL server, and every role of Assay in
 * several zones. It starts again what has died, as the supervisor of a real installation does; what was stopped by hand
 * stays so. Everything in it ends with the process that holds it, however that one ends. A cluster that somebody else runs
 * offers the same as far as its operator's commands go, and refuses the rest with `ACTION_NOT_ALLOWED`.
 */
export interface LocalCluster extends AsyncDisposable {
  /** Where the API answers. */
  readonly apiUrl: string;
  readonly databaseUrl: string;
  /** The servers' addresses as one connect string, without a chroot. */
  readonly zooKeeper: string;
  /** All processes as they are now, in the order of their names. */
  processes(): readonly LocalProcess[];
  /**
   * Sends a signal, at once. After SIGKILL or SIGTERM the process is started again by itself after `restartAfterMs`
   * (default: the supervisor's own pause); `never` leaves it down until `start`. SIGTERM stands for what stops that kind of
   * process in good order. Of PostgreSQL, SIGSTOP freezes what accepts connections; those that stand go on.
   */
  signal(name: string, signal: LocalSignal, options?: { readonly restartAfterMs?: number | 'never' }): void;
  /**
   * Starts a process that is down, from `build` if given; resolves when it is ready. `PROCESS_FAILED` when it ended before
   * that, or was ended: the supervisor goes on trying. `ACTION_NOT_ALLOWED` when it runs, `NOT_READY` when the cluster stops.
   */
  start(name: string, options?: { readonly build?: string }): Promise<Outcome<void>>;
  /**
   * Stops a process in good order (SIGTERM, waited for) and starts it again from `build`: one step of a rolling upgrade.
   * Resolves when the new one is ready; fails as `start` does.
   */
  replace(name: string, build: string): Promise<Outcome<void>>;
  /** Adds a data node; resolves with its name when it is ready. */
  addNode(node: { readonly cluster: ClusterName; readonly zone: string }): Promise<Outcome<string>>;
  /** Kills every ZooKeeper server, deletes all that they know, and starts them empty. */
  wipeZooKeeper(): Promise<Outcome<void>>;
  /** Calls `listener` whenever a process starts, is ready, or ends. */
  onChange(listener: (change: LocalProcess) => void): () => void;
}

export type LocalRole = 'zookeeper' | 'postgres' | 'manager' | 'node' | 'api' | 'scheduler';

export type LocalSignal = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT';

export type LocalProcess = {
  /** Unique in the cluster and kept over restarts: `node-quality-a1`, `manager-ingestion-1`, `zookeeper-2`. */
  readonly name: string;
  readonly role: LocalRole;
  /** Of managers and nodes. */
  readonly cluster?: ClusterName;
  readonly zone: string;
  /** Of the process that runs now, or ran last. Of a given cluster, where ids mean nothing here: when it started, in seconds. */
  readonly pid: number;
  readonly state: 'starting' | 'ready' | 'frozen' | 'down';
  /** The build that it runs: part of the version that it reports. */
  readonly build: string;
  /** Where it answers `/healthz` and `/metrics`, once it is ready; absent for servers that are not Assay's. */
  readonly url?: string;
};
