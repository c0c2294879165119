import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { createLogChannel } from './adapters/channels/log-channel.ts';
import { createWebhookChannel } from './adapters/channels/webhook-channel.ts';
import { createDirectoryBatchStore } from './adapters/directory/batch-store.ts';
import { createEngine } from './adapters/duckdb/engine.ts';
import { createFilesProvider } from './adapters/files/provider.ts';
import { createHolidays } from './adapters/holidays/date-holidays.ts';
import { createLocalCoordination } from './adapters/memory/coordination.ts';
import { lockDirectory } from './adapters/postgres/embedded/directory-lock.ts';
import { openEmbeddedDatabase } from './adapters/postgres/embedded/open.ts';
import { openServerDatabase } from './adapters/postgres/server/open.ts';
import { systemClock } from './adapters/system/clock.ts';
import { createLog } from './adapters/system/log.ts';
import { createMachineLoad } from './adapters/system/machine-load.ts';
import { createRandom } from './adapters/system/random.ts';
import { createSecrets } from './adapters/system/secrets.ts';
import { createTelemetry } from './adapters/system/telemetry.ts';
import { failure } from './base/errors.ts';
import { type ClusterName, nodeId } from './base/ids.ts';
import { limits } from './base/limits.ts';
import { fail, type Outcome, succeed } from './base/outcome.ts';
import { MiB } from './base/units.ts';
import { type Config, dataFolders } from './config.ts';
import { createHttpServer } from './http/server.ts';
import type { BatchStore } from './ports/batch-store.ts';
import type { Coordination } from './ports/coordination.ts';
import type { Database } from './ports/database.ts';
import type { Engine } from './ports/engine.ts';
import type { Holidays } from './ports/holidays.ts';
import { ServiceGroup } from './roles/service-group.ts';
import { BackgroundLoop } from './services/background-loop.ts';
import { DataNode } from './services/cluster/data-node.ts';
import { ResourceManager } from './services/cluster/resource-manager.ts';
import type { TaskHandlers } from './services/cluster/task-handler.ts';
import { ExerciseTask } from './services/drills/exercise-task.ts';
import { BatchSweep } from './services/ingestion/batch-sweep.ts';
import { IngestTask } from './services/ingestion/ingest-task.ts';
import { LookupTask } from './services/ingestion/lookup-task.ts';
import type { ProviderOf } from './services/ingestion/provider-of.ts';
import type { Kit } from './services/kit.ts';
import { NotifyTask } from './services/notification/notify-task.ts';
import { OutboxDelivery } from './services/notification/outbox-delivery.ts';
import { EvaluateTask } from './services/quality/evaluate-task.ts';
import { MeasureTask } from './services/quality/measure-task.ts';
import { QueryTask } from './services/quality/query-task.ts';

export const version = '0.1.0';

/** The whole of Assay in one process. */
export type Standalone = {
  readonly url: string;
  readonly kit: Kit;
  /** Resolves with the error when an invariant broke: the process must end. */
  readonly broken: Promise<unknown>;
  stop(): Promise<void>;
};

/** Real time, chance, log and telemetry. */
export function createKit(config: Pick<Config, 'logLevel'>): Kit {
  return {
    clock: systemClock,
    random: createRandom(),
    log: createLog({ level: config.logLevel }),
    telemetry: createTelemetry(),
  };
}

/** What reads and measures files, for commands that need no service. The caller closes the engine. */
export function createChecking(kit: Kit, options: { workers: number; scratchDirectory: string }) {
  const { workers, scratchDirectory } = options;
  const engine = createEngine(kit, { workersMax: workers, scratchDirectory });
  const store = createDirectoryBatchStore({ root: scratchDirectory, ...kit });
  const provider = createFilesProvider(engine);
  return { engine, provider, holidays: createHolidays(), stage: () => store.stage() };
}

/**
 * Starts everything: the database, local batches, both clusters with in-process coordination, the API. What it
 * needs is opened first and closed last. Failures are those of the data directory and of the address.
 */
export async function startStandalone(config: Config): Promise<Outcome<Standalone>> {
  const kit = createKit(config);
  const folders = dataFolders(config.dataDirectory);
  // What is in it is as private as the data that it was made from.
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const connected = await openDatabaseOf(config, kit);
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
    const broken = Promise.withResolvers<unknown>();
    const parts: Parts = {
      kit,
      holidays: createHolidays(),
      config,
      database,
      opened,
      folders,
      onBroken: broken.resolve,
    };
    const { group, url } = assemble(parts);
    await group.start();
    const stop = async (): Promise<void> => {
      await group.stop();
      await closeAll();
    };
    return succeed({ url: url(), kit, broken: broken.promise, stop });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/**
 * The embedded database or that of a server, with the data directory locked. A directory stays with the kind of database
 * that it was first used with: the other one knows nothing of its batches, and would have them swept away.
 */
async function openDatabaseOf(config: Config, kit: Kit): Promise<Outcome<Database>> {
  const folders = dataFolders(config.dataDirectory);
  const url = config.databaseUrl;
  if (existsSync(url === undefined ? folders.server : folders.database)) {
    return fail(
      failure('REQUEST_INVALID', `${config.dataDirectory} was used with another kind of database`, {
        hint:
          url === undefined
            ? 'its database is on a server: give `--database-url`, or another `--data`'
            : 'it holds an embedded database: give another `--data`, or no `--database-url`',
      }),
    );
  }
  if (url === undefined) return openEmbeddedDatabase({ directory: folders.database, ...kit });
  const isNew = !existsSync(folders.server);
  const lock = lockDirectory(folders.server);
  if (!lock.ok) return lock;
  const server = await openServerDatabase({ url, ...kit });
  if (!server.ok) {
    lock.value.release();
    // Nothing was kept here yet, so that the next start may be with any database.
    if (isNew) await rm(folders.server, { recursive: true });
    return server;
  }
  const close = async (): Promise<void> => {
    await server.value.close();
    lock.value.release();
  };
  return succeed({ ...server.value, close });
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
  const clusters = (['ingestion', 'quality'] as const).map((cluster) => {
    // An engine each: a provider that hangs takes no worker from the checks.
    const engine = createEngine(kit, { workersMax: config.workers, scratchDirectory: folders.scratch });
    parts.opened.push(engine);
    const handlers = handlersOf(cluster, { ...parts, batches, engine });
    return assembleCluster(cluster, parts, { handlers, open: () => open(cluster) });
  });
  // What people wait for has a worker of its own, which starts when it is first asked.
  const engine = createEngine(kit, { workersMax: 1, scratchDirectory: folders.scratch });
  parts.opened.push(engine);
  const watched = { ingestion: open('ingestion'), quality: open('quality') };
  const http = createHttpServer(
    {
      kit,
      database,
      engine,
      holidays: parts.holidays,
      clusters: (cluster) => watched[cluster],
      probes: clusters.map(({ manager }) => manager.probe()),
    },
    { host: config.host, port: config.port, version },
  );
  const secrets = createSecrets({ environment: process.env, secretsFile: config.secretsFile });
  const delivery = new OutboxDelivery(kit, {
    ...database,
    log: createLogChannel(kit.log),
    webhook: createWebhookChannel({ clock: kit.clock, secrets }),
  });
  const services = [
    ...clusters.flatMap(({ manager, node }) => [manager, node]),
    ...backgroundWork(parts, { delivery, batches }),
    http,
  ];
  return { group: new ServiceGroup(kit, 'standalone', services), url: () => http.url() };
}

function backgroundWork(
  { kit, database }: Parts,
  { delivery, batches }: { delivery: OutboxDelivery; batches: BatchStore },
): BackgroundLoop[] {
  const sweep = new BatchSweep(kit, { ...database, batches });
  return [
    new BackgroundLoop(kit, {
      name: 'outbox delivery',
      pauseMs: limits.idleTickMs,
      round: (signal) => delivery.deliverDue(signal),
    }),
    new BackgroundLoop(kit, {
      name: 'batch sweep',
      pauseMs: limits.sweepIntervalMs,
      round: async (signal) => {
        await sweep.sweep(signal);
        return false;
      },
    }),
    new BackgroundLoop(kit, {
      name: 'incident gauge',
      pauseMs: limits.gaugeIntervalMs,
      round: async () => {
        kit.telemetry.gauge('assay_incidents_open', await database.quality.openIncidents());
        return false;
      },
    }),
  ];
}

function assembleCluster(
  cluster: ClusterName,
  parts: Parts,
  own: { handlers: TaskHandlers; open: () => Coordination },
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
    { coordination: own.open(), handlers: own.handlers, jobs: database.jobs },
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

function handlersOf(
  cluster: ClusterName,
  parts: Pick<Parts, 'kit' | 'database' | 'holidays'> & { batches: BatchStore; engine: Engine },
): TaskHandlers {
  const { kit, database, holidays, batches, engine } = parts;
  const files = createFilesProvider(engine);
  const providerOf: ProviderOf = () => files;
  if (cluster === 'ingestion') {
    return {
      lookup: new LookupTask(kit, { ...database, providerOf }),
      ingest: new IngestTask(kit, { ...database, batches, engine, providerOf }),
    };
  }
  return {
    measure: new MeasureTask(kit, { ...database, batches, engine }),
    query: new QueryTask(kit, { ...database, batches, engine }),
    evaluate: new EvaluateTask(kit, { ...database, engine, holidays }),
    notify: new NotifyTask(kit, database),
    exercise: new ExerciseTask(kit, database),
  };
}
