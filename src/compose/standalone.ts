import { mkdir, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { createDirectoryBatchStore } from '../adapters/directory/batch-store.ts';
import { createEngine } from '../adapters/duckdb/engine.ts';
import { createHolidays } from '../adapters/holidays/date-holidays.ts';
import { createLocalCoordination } from '../adapters/memory/coordination.ts';
import { createMachineLoad } from '../adapters/system/machine-load.ts';
import { type ClusterName, nodeId } from '../base/ids.ts';
import { type Outcome, succeed } from '../base/outcome.ts';
import { MiB } from '../base/units.ts';
import { type Config, dataFolders } from '../config/standalone-config.ts';
import { createHttpServer } from '../http/server.ts';
import type { Coordination } from '../ports/coordination.ts';
import type { Database } from '../ports/database.ts';
import type { Holidays } from '../ports/holidays.ts';
import { ServiceGroup } from '../roles/service-group.ts';
import type { Access } from '../services/access/access.ts';
import { DataNode } from '../services/cluster/data-node.ts';
import { ResourceManager } from '../services/cluster/resource-manager.ts';
import type { TaskHandlers } from '../services/cluster/task-handler.ts';
import { SourceGuard } from '../services/ingestion/source-guard.ts';
import type { Kit } from '../services/kit.ts';
import type { OperatorAlerts } from '../services/operators/operator-alerts.ts';
import { openAccess } from './access.ts';
import { openDatabaseOf } from './data-directory.ts';
import { createServiceKit } from './kit.ts';
import { createPeriodicWork } from './periodic-work.ts';
import { createPreviews } from './previews.ts';
import { withRegistry } from './registry.ts';
import { secretsOf } from './secrets.ts';
import { taskHandlersOf } from './task-handlers.ts';
import { version } from './version.ts';

/** The whole of Assay in one process. */
export type Standalone = {
  readonly url: string;
  readonly kit: Kit;
  /** Where the first administrator comes from; told this once, and for no log. */
  readonly setupUrl?: string;
  /** Resolves with the error when an invariant broke: the process must end. */
  readonly broken: Promise<unknown>;
  readonly alerts: OperatorAlerts;
  stop(): Promise<void>;
};

/**
 * Starts everything: the database, local batches, both clusters with in-process coordination, the API. What it
 * needs is opened first and closed last. Failures are those of the data directory and of the address.
 */
export async function startStandalone(config: Config): Promise<Outcome<Standalone>> {
  const { hostName: name } = config;
  const { kit, alerts } = createServiceKit(config, { role: 'standalone', name });
  const folders = dataFolders(config.dataDirectory);
  // What is in it is as private as the data that it was made from.
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const local = await openDatabaseOf(config, kit);
  if (!local.ok) return local;
  const connected = await withRegistry(kit, local.value, config);
  if (!connected.ok) return connected;
  const database = connected.value;
  const opened: Closable[] = [database];
  const closeAll = async (): Promise<void> => {
    for (const part of opened.toReversed()) await part.close();
  };
  try {
    // Behind the lock of the directory, so that nobody else's scratch files are meant.
    await rm(folders.scratch, { recursive: true, force: true });
    await mkdir(folders.scratch, { recursive: true });
    const entry = await openAccess(kit, database, config);
    const broken = Promise.withResolvers<unknown>();
    const parts: Parts = {
      kit,
      holidays: createHolidays(),
      config,
      database,
      opened,
      folders,
      onBroken: broken.resolve,
      access: entry?.access,
    };
    const { group, url } = assemble(parts);
    await group.start();
    const stop = async (): Promise<void> => {
      await group.stop();
      await closeAll();
      alerts.stop();
    };
    const setup = entry?.setupPath === undefined ? {} : { setupUrl: url() + entry.setupPath };
    return succeed({ url: url(), kit, alerts, ...setup, broken: broken.promise, stop });
  } catch (error) {
    await closeAll();
    alerts.stop();
    throw error;
  }
}

type Closable = { close(): Promise<void> };

type Parts = {
  readonly kit: Kit;
  readonly holidays: Holidays;
  readonly config: Config;
  readonly database: Database;
  /** What must be closed when all services have stopped, in the order of opening; filled as it is made. */
  readonly opened: Closable[];
  readonly folders: ReturnType<typeof dataFolders>;
  readonly onBroken: (error: unknown) => void;
  readonly access: Access | undefined;
};

function assemble(parts: Parts): { group: ServiceGroup; url: () => string } {
  const { kit, config, database, folders } = parts;
  const batches = createDirectoryBatchStore({ root: folders.batches, ...kit });
  const coordination = createLocalCoordination(kit);
  const open = (cluster: ClusterName): Coordination => {
    const session = coordination.session(cluster);
    parts.opened.push(session);
    return session;
  };
  // One for the process: a source does not care who asks.
  const guard = new SourceGuard(kit, database.sourceUse);
  const clusters = (['ingestion', 'quality'] as const).map((cluster) => {
    // An engine each: a provider that hangs takes no worker from the checks.
    const engine = createEngine(kit, { workersMax: config.workers, scratchDirectory: folders.scratch });
    parts.opened.push(engine);
    const handlers = taskHandlersOf(cluster, {
      ...parts,
      batches,
      engine,
      guard,
      scratchDirectory: folders.scratch,
      httpAllow: config.httpAllow,
      secrets: secretsOf(config),
    });
    return assembleCluster(cluster, parts, { handlers, guard, open: () => open(cluster) });
  });
  // What people wait for has a worker of its own, which starts when it is first asked.
  const engine = createEngine(kit, { workersMax: 1, scratchDirectory: folders.scratch });
  parts.opened.push(engine);
  const preview = createPreviews(kit, {
    ...config,
    scratchDirectory: folders.scratch,
    guard,
  });
  parts.opened.push(preview);
  const watched = { ingestion: open('ingestion'), quality: open('quality') };
  const http = createHttpServer(
    {
      kit,
      database,
      engine,
      holidays: parts.holidays,
      clusters: (cluster) => watched[cluster],
      previews: preview.previews,
      providerOf: preview.providerOf,
      probes: clusters.map(({ manager }) => manager.probe()),
      access: parts.access,
    },
    {
      host: config.host,
      port: config.port,
      version,
      trustedProxies: config.access.trustedProxies,
    },
  );
  const services = [
    ...clusters.flatMap(({ manager, node }) => [manager, node]),
    ...createPeriodicWork(kit, { ...config, database, batches }),
    http,
  ];
  return { group: new ServiceGroup(kit, 'standalone', services), url: () => http.url() };
}

function assembleCluster(
  cluster: ClusterName,
  parts: Parts,
  own: { handlers: TaskHandlers; open: () => Coordination; guard: SourceGuard },
): { manager: ResourceManager; node: DataNode } {
  const { kit, config, database, onBroken } = parts;
  const onExpired = (): void => onBroken(new Error(`the session on the ${cluster} cluster has expired`));
  const manager = new ResourceManager(
    kit,
    { coordination: own.open(), jobs: database.jobs },
    { id: nodeId(`manager-${cluster}-${kit.random.id()}`), version, onBroken, onExpired },
  );
  const node = new DataNode(
    kit,
    {
      coordination: own.open(),
      handlers: own.handlers,
      jobs: database.jobs,
      ...(cluster === 'ingestion' ? { sources: () => own.guard.report() } : {}),
    },
    {
      description: {
        id: nodeId(`node-${cluster}-${kit.random.id()}`),
        host: config.hostName,
        version,
        region: config.region,
        zone: config.zone,
        slots: config.workers,
        memoryMb: Math.floor(totalmem() / MiB),
        startedAt: kit.clock.now(),
      },
      load: createMachineLoad(),
      onBroken,
      onExpired,
    },
  );
  return { manager, node };
}
