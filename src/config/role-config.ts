import { availableParallelism, hostname, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseConnectString } from '../adapters/zookeeper/client/connect-string.ts';
import { defaultHost, defaultPort } from '../base/default-address.ts';
import { failure } from '../base/errors.ts';
import type { ClusterName } from '../base/ids.ts';
import { limits } from '../base/limits.ts';
import { fail, type Outcome, succeed } from '../base/outcome.ts';
import { MiB } from '../base/units.ts';
import type { RoleOptions } from '../cli/dependencies.ts';
import { type AccessConfig, readAccessConfig } from './access-config.ts';
import { type BatchPlace, readBatchPlace } from './batch-place.ts';
import { readHttpAllow } from './network-config.ts';
import { type NotificationConfig, readNotificationConfig } from './notification-config.ts';
import { type OperatorsConfig, readOperatorsConfig } from './operators-config.ts';
import { type RegistryConfig, readRegistryConfig } from './registry-config.ts';
import { databaseUrl, type Environment, invalid, type LogLevel, logLevel, wholeNumber } from './settings.ts';
import { readZooKeeperTls, type ZooKeeperTls } from './zookeeper-tls.ts';

/** What an operator decides for a process that has one role in a cluster. */
export type RoleConfig = ManagerConfig | NodeConfig | ApiConfig | SchedulerConfig;

export type ManagerConfig = CommonConfig & Membership & { readonly role: 'manager' };

export type NodeConfig = CommonConfig &
  Membership & {
    readonly role: 'node';
    /** Tasks, and worker processes, at once. */
    readonly slots: number;
    readonly memoryMb: number;
    readonly batches: BatchPlace;
    /** For scratch files; undefined means a temporary directory that goes with the process. */
    readonly dataDirectory: string | undefined;
  };

export type ApiConfig = CommonConfig & {
  readonly access: AccessConfig;
  readonly role: 'api';
  readonly zooKeeper: Readonly<Record<ClusterName, string>>;
  readonly dataDirectory: string | undefined;
};

export type SchedulerConfig = CommonConfig & {
  readonly role: 'scheduler';
  readonly batches: BatchPlace;
  readonly notifications: NotificationConfig;
};

/** What every role has. */
export type CommonConfig = {
  /** For people and logs. Ids in the cluster are made from it and chance, anew for each session. */
  readonly name: string;
  /** It may hold a password: for no log and no message. */
  readonly databaseUrl: string;
  readonly registry: RegistryConfig;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly region: string;
  readonly zone: string;
  readonly hostName: string;
  readonly sessionTimeoutMs: number;
  /** Undefined speaks to the ensembles in the clear. */
  readonly zooKeeperTls: ZooKeeperTls | undefined;
  /** Where secrets stand that are not in the environment. */
  readonly secretsFile: string | undefined;
  /** Networks that are not public and may be read over HTTP all the same. */
  readonly httpAllow: readonly string[];
  readonly operators: OperatorsConfig;
  readonly logLevel: LogLevel;
};

type Membership = {
  readonly cluster: ClusterName;
  /** The ensemble's connect string. */
  readonly zooKeeper: string;
};

type Reader<T> = (options: RoleOptions, environment: Environment) => Outcome<T>;

/** The configuration of a role from options, which win, and environment, checked: `REQUEST_INVALID` says what is wrong and what is right. */
export function readRoleConfig(options: RoleOptions, environment: Environment): Outcome<RoleConfig> {
  const { role } = options;
  const common = readCommon(options, environment);
  if (!common.ok) return common;
  switch (role) {
    case 'manager':
      return combined(common.value, role, membershipOf, options, environment);
    case 'node':
      return combined(common.value, role, nodePartsOf, options, environment);
    case 'api':
      return combined(common.value, role, apiPartsOf, options, environment);
    case 'scheduler':
      return combined(common.value, role, schedulerPartsOf, options, environment);
  }
}

function combined<Role extends string, T>(
  common: CommonConfig,
  role: Role,
  read: Reader<T>,
  ...given: Parameters<Reader<T>>
): Outcome<CommonConfig & T & { readonly role: Role }> {
  const own = read(...given);
  return own.ok ? succeed({ ...common, ...own.value, role }) : own;
}

/** 1 TiB. Whether the machine has it is not checked: a container may be told of another one. */
const memoryMbMax = 1_048_576;

const readCommon: Reader<CommonConfig> = (options, environment) => {
  const cluster = options.cluster === undefined ? '' : `-${options.cluster}`;
  const name = options.name ?? environment['ASSAY_NAME'] ?? `${options.role}${cluster}-${hostname()}`;
  const region = options.region ?? environment['ASSAY_REGION'] ?? 'local';
  const zone = options.zone ?? environment['ASSAY_ZONE'] ?? 'local';
  for (const [what, text] of Object.entries({ name, region, zone })) {
    if (!namePattern.test(text)) return invalid(what, 'letters, digits, `.`, `_` and `-`, at most 100');
  }
  const port = wholeNumber('port', options.port ?? environment['ASSAY_PORT'], {
    fallback: options.role === 'api' ? defaultPort : 0,
    max: 65_535,
  });
  if (!port.ok) return port;
  const timeout = wholeNumber(
    'session time-out in milliseconds',
    options.sessionTimeout ?? environment['ASSAY_SESSION_TIMEOUT_MS'],
    { fallback: limits.sessionTimeoutMs, min: 500, max: 120_000 },
  );
  if (!timeout.ok) return timeout;
  const level = logLevel(options.logLevel ?? environment['ASSAY_LOG_LEVEL']);
  if (!level.ok) return level;
  const url = readDatabaseUrl(options, environment);
  if (!url.ok) return url;
  const registry = readRegistryConfig(environment);
  if (!registry.ok) return registry;
  const tls = readZooKeeperTls(environment);
  if (!tls.ok) return tls;
  const httpAllow = readHttpAllow(environment);
  if (!httpAllow.ok) return httpAllow;
  const operators = readOperatorsConfig(environment);
  if (!operators.ok) return operators;
  const secretsFile = options.secretsFile ?? environment['ASSAY_SECRETS_FILE'];
  return succeed({
    name,
    databaseUrl: url.value,
    registry: registry.value,
    host: options.host ?? environment['ASSAY_HOST'] ?? defaultHost,
    port: port.value,
    region,
    zone,
    hostName: hostname(),
    sessionTimeoutMs: timeout.value,
    zooKeeperTls: tls.value,
    secretsFile: secretsFile === undefined ? undefined : resolve(secretsFile),
    httpAllow: httpAllow.value,
    operators: operators.value,
    logLevel: level.value,
  });
};

/** What may stand in a path of ZooKeeper and in a label. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const readDatabaseUrl: Reader<string> = (options, environment) => {
  const given = options.databaseUrl ?? environment['ASSAY_DATABASE_URL'];
  if (given !== undefined) return databaseUrl(given);
  return missing(
    'the database',
    'give `--database-url` or ASSAY_DATABASE_URL: a PostgreSQL server is needed',
  );
};

const membershipOf: Reader<Membership> = (options, environment) => {
  const { cluster } = options;
  if (!isClusterName(cluster)) return invalid('cluster', 'ingestion or quality', 'give `--cluster`');
  const zooKeeper = ensembleOf(cluster, options, environment);
  return zooKeeper.ok ? succeed({ cluster, zooKeeper: zooKeeper.value }) : zooKeeper;
};

const nodePartsOf: Reader<Omit<NodeConfig, keyof CommonConfig | 'role'>> = (options, environment) => {
  const membership = membershipOf(options, environment);
  if (!membership.ok) return membership;
  const slots = wholeNumber('number of slots', options.slots ?? environment['ASSAY_SLOTS'], {
    fallback: availableParallelism(),
    min: 1,
    max: 256,
  });
  if (!slots.ok) return slots;
  const memory = wholeNumber('memory in MiB', options.memoryMb ?? environment['ASSAY_MEMORY_MB'], {
    // A machine usually has a node of each cluster.
    fallback: Math.max(limits.smallTaskMemoryMb, Math.floor(machineMemoryMb() / 2)),
    min: limits.smallTaskMemoryMb,
    max: memoryMbMax,
  });
  if (!memory.ok) return memory;
  const batches = batchPlaceOf(options, environment);
  if (!batches.ok) return batches;
  return succeed({
    ...membership.value,
    slots: slots.value,
    memoryMb: memory.value,
    batches: batches.value,
    dataDirectory: dataDirectoryOf(options, environment),
  });
};

const apiPartsOf: Reader<Omit<ApiConfig, keyof CommonConfig | 'role'>> = (options, environment) => {
  const ingestion = ensembleOf('ingestion', options, environment);
  if (!ingestion.ok) return ingestion;
  const quality = ensembleOf('quality', options, environment);
  if (!quality.ok) return quality;
  const zooKeeper = { ingestion: ingestion.value, quality: quality.value };
  const access = readAccessConfig(options, environment);
  if (!access.ok) return access;
  return succeed({ access: access.value, zooKeeper, dataDirectory: dataDirectoryOf(options, environment) });
};

const schedulerPartsOf: Reader<Omit<SchedulerConfig, keyof CommonConfig | 'role'>> = (
  options,
  environment,
) => {
  const batches = batchPlaceOf(options, environment);
  if (!batches.ok) return batches;
  const notifications = readNotificationConfig(environment);
  if (!notifications.ok) return notifications;
  return succeed({
    batches: batches.value,
    notifications: notifications.value,
  });
};

/** Each cluster may have an ensemble of its own, so what is said of one cluster wins. */
function ensembleOf(cluster: ClusterName, options: RoleOptions, environment: Environment): Outcome<string> {
  const own = environment[`ASSAY_ZOOKEEPER_${cluster.toUpperCase()}`];
  const given = own ?? options.zookeeper ?? environment['ASSAY_ZOOKEEPER'];
  if (given === undefined) {
    return missing(
      `the ZooKeeper ensemble of the ${cluster} cluster`,
      'give `--zookeeper host:port,host:port` or ASSAY_ZOOKEEPER',
    );
  }
  const parsed = parseConnectString(given);
  if (parsed.ok) return succeed(given);
  return fail(
    failure('REQUEST_INVALID', `the connect string ${JSON.stringify(given)} is not valid: ${parsed.error}`, {
      hint: 'write it like zk1:2181,zk2:2181,zk3:2181/assay; the path is optional',
    }),
  );
}

const batchPlaceOf: Reader<BatchPlace> = (options, environment) =>
  readBatchPlace(options.batches ?? environment['ASSAY_BATCHES'] ?? 'postgres', environment);

/** Of the machine, or of the container if that has less. */
function machineMemoryMb(): number {
  const constrained = process.constrainedMemory();
  return Math.floor((constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()) / MiB);
}

function dataDirectoryOf(options: RoleOptions, environment: Environment): string | undefined {
  const given = options.data ?? environment['ASSAY_DATA'];
  return given === undefined ? undefined : resolve(given);
}

function isClusterName(text: string | undefined): text is ClusterName {
  return text === 'ingestion' || text === 'quality';
}

function missing(what: string, hint: string): Outcome<never> {
  return fail(failure('REQUEST_INVALID', `${what} is not named`, { hint }));
}
