import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { type Outcome, succeed } from '../../base/outcome.ts';
import type { LocalCluster, LocalProcess, LocalSignal } from '../../ports/local-cluster.ts';
import { assayPlan, fillCodeCache } from './assay-role.ts';
import { isRoot } from './child-run.ts';
import { type DatabaseServer, startDatabaseServer } from './database-server.ts';
import { type Ensemble, startEnsemble } from './ensemble.ts';
import { freePorts } from './free-ports.ts';
import { type Member, membersOf, nodeName } from './layout.ts';
import { onFreePorts } from './on-free-ports.ts';
import { ProcessGroup } from './process-group.ts';
import { findPrograms } from './programs.ts';
import type { SupervisorKit } from './supervised-process.ts';

export type LocalClusterOptions = {
  /**
   * Holds everything: the data and the password of PostgreSQL, which are used again; ZooKeeper's, which are not. It is for
   * one cluster at a time, which the caller sees to. As root: everybody may pass through those above it.
   */
  readonly directory: string;
  /** Default: `logs` in the directory. */
  readonly logDirectory?: string;
  /** Data nodes of each of the two clusters, and tasks that each runs at once. */
  readonly nodesPerCluster: number;
  readonly slots: number;
  readonly zones: readonly string[];
  /** Of the API; default: a free one. */
  readonly port?: number;
  readonly managersPerCluster?: number;
  readonly zooKeepers?: number;
  readonly sessionTimeoutMs?: number;
  /** The unit of ZooKeeper's time. */
  readonly tickMs?: number;
  readonly build?: string;
  /** Of Assay's roles, beside what they inherit and what the cluster decides: `ASSAY_LOG_LEVEL`, for instance. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends the start, and everything that has begun. */
  readonly signal?: AbortSignal;
  /** Told of every change from the start on. */
  readonly onChange?: (change: LocalProcess) => void;
};

/**
 * Starts a whole cluster and resolves when all of it is ready. `PROGRAM_MISSING`, `ADDRESS_UNAVAILABLE` of a port that was
 * asked for, `PROCESS_FAILED` of the first process that did not come up, or `NOT_READY` when `signal` has aborted; nothing is
 * left running then.
 */
export async function startLocalCluster(
  kit: SupervisorKit,
  options: LocalClusterOptions,
): Promise<Outcome<LocalCluster>> {
  const programs = findPrograms();
  if (!programs.ok) return programs;
  const { directory, logDirectory = join(directory, 'logs') } = options;
  for (const path of [directory, logDirectory]) mkdirSync(path, { recursive: true, mode: 0o700 });
  // PostgreSQL, which runs as nobody then, passes through.
  if (isRoot()) chmodSync(directory, 0o711);
  const group = new ProcessGroup(kit, options.build ?? 'local');
  if (options.onChange !== undefined) group.onChange(options.onChange);
  const onAbort = (): void => void group.stop();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  try {
    const started = await startAll(group, { ...options, logDirectory, programs: programs.value.postgres });
    if (!started.ok) await group.stop();
    return started;
  } catch (error) {
    await group.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

type StartOptions = LocalClusterOptions & { readonly logDirectory: string; readonly programs: string };

async function startAll(group: ProcessGroup, options: StartOptions): Promise<Outcome<LocalCluster>> {
  const { supervise } = group;
  const [ensemble, database] = await Promise.all([
    startEnsemble(supervise, {
      ...options,
      servers: options.zooKeepers ?? 3,
      tickMs: options.tickMs ?? limits.zooKeeperTickMs,
    }),
    startDatabaseServer(supervise, {
      ...options,
      zone: options.zones[0] ?? '',
      connectionsMax: connectionsOf(options),
    }),
    fillCodeCache(codeCacheIn(options.directory), options.logDirectory),
  ]);
  if (!ensemble.ok) return ensemble;
  if (!database.ok) return database;
  const cluster = new Processes(group, options, { ensemble: ensemble.value, database: database.value });
  const started = await cluster.startMembers();
  return started.ok ? succeed(cluster) : started;
}

class Processes implements LocalCluster {
  apiUrl = '';
  readonly databaseUrl: string;
  readonly zooKeeper: string;
  readonly #group: ProcessGroup;
  readonly #options: StartOptions;
  readonly #ensemble: Ensemble;

  constructor(
    group: ProcessGroup,
    options: StartOptions,
    servers: { readonly ensemble: Ensemble; readonly database: DatabaseServer },
  ) {
    this.#group = group;
    this.#options = options;
    this.#ensemble = servers.ensemble;
    this.databaseUrl = servers.database.url;
    this.zooKeeper = servers.ensemble.connectString;
  }

  /** The API first: it makes the tables, which the others would wait for. */
  async startMembers(): Promise<Outcome<void>> {
    const { managersPerCluster = 2 } = this.#options;
    const members = membersOf({ ...this.#options, managersPerCluster });
    for (const isApi of [true, false]) {
      const these = members.filter(({ role }) => (role === 'api') === isApi);
      const started = await Promise.all(these.map((member) => this.#startMember(member)));
      const failed = started.find((outcome) => !outcome.ok);
      if (failed !== undefined) return failed;
    }
    // It keeps its port over restarts.
    this.apiUrl = this.#group.named('api-1').now.url ?? '';
    return succeed(undefined);
  }

  processes(): readonly LocalProcess[] {
    return this.#group.list();
  }

  signal(
    name: string,
    signal: LocalSignal,
    options: { readonly restartAfterMs?: number | 'never' } = {},
  ): void {
    this.#group.named(name).signal(signal, options.restartAfterMs ?? 'by itself');
  }

  start(name: string, options: { readonly build?: string } = {}): Promise<Outcome<void>> {
    return this.#group.named(name).start(options.build);
  }

  async replace(name: string, build: string): Promise<Outcome<void>> {
    const process = this.#group.named(name);
    await process.stop();
    return process.start(build);
  }

  async addNode({ cluster, zone }: { cluster: ClusterName; zone: string }): Promise<Outcome<string>> {
    let number = 1;
    while (this.#group.has(nodeName(cluster, zone, number))) number += 1;
    const name = nodeName(cluster, zone, number);
    const started = await this.#startMember({ name, role: 'node', cluster, zone });
    return started.ok ? succeed(name) : started;
  }

  wipeZooKeeper(): Promise<Outcome<void>> {
    return this.#ensemble.wipe();
  }

  onChange(listener: (change: LocalProcess) => void): () => void {
    return this.#group.onChange(listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#group.stop();
  }

  async #startMember(member: Member): Promise<Outcome<void>> {
    const { role } = member;
    const directory = join(this.#options.directory, member.name);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // The API keeps its address over restarts; others answer where the system lets them.
    if (role !== 'api') return this.#supervise(member, directory, 0);
    const { port } = this.#options;
    if (port !== undefined) return this.#supervise(member, directory, port);
    return onFreePorts(async () => this.#supervise(member, directory, (await freePorts(1))[0] ?? 0));
  }

  async #supervise(member: Member, directory: string, port: number): Promise<Outcome<void>> {
    const { logDirectory, slots, sessionTimeoutMs = limits.sessionTimeoutMs } = this.#options;
    const process = this.#group.supervise(
      assayPlan({
        ...member,
        directory,
        logFile: join(logDirectory, `${member.name}.log`),
        args: argsOf(member, { directory, slots }),
        port,
        databaseUrl: this.databaseUrl,
        zooKeeper: this.zooKeeper,
        sessionTimeoutMs,
        environment: this.#options.environment ?? {},
        codeCache: codeCacheIn(this.#options.directory),
      }),
    );
    const started = await process.start();
    if (!started.ok) await process.kill();
    return started;
  }
}

function codeCacheIn(directory: string): string {
  return join(directory, 'code-cache');
}

/** As many connections as all processes may open that the cluster begins with, and for those who look on and come later. */
function connectionsOf({ nodesPerCluster, managersPerCluster = 2 }: LocalClusterOptions): number {
  const processes = 2 + 2 * (nodesPerCluster + managersPerCluster);
  return Math.max(300, 100 + processes * (limits.databaseConnectionsMax + 1));
}

function argsOf({ role }: Member, options: { directory: string; slots: number }): readonly string[] {
  const data = ['--data', options.directory];
  if (role === 'api') return data;
  if (role !== 'node') return [];
  // Memory for as many of the largest tasks as there are slots: the slots alone are the measure on one machine.
  const memoryMb = options.slots * limits.measureMemoryMb;
  const size = ['--slots', String(options.slots), '--memory-mb', String(memoryMb)];
  return [...data, ...size];
}
