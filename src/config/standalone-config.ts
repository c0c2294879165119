import { availableParallelism, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultHost, defaultPort } from '../base/default-address.ts';
import { type Outcome, succeed } from '../base/outcome.ts';
import { type AccessConfig, readAccessConfig } from './access-config.ts';
import { readHttpAllow } from './network-config.ts';
import { type NotificationConfig, readNotificationConfig } from './notification-config.ts';
import { type OperatorsConfig, readOperatorsConfig } from './operators-config.ts';
import { type RegistryConfig, readRegistryConfig } from './registry-config.ts';
import { databaseUrl, type Environment, type LogLevel, logLevel, wholeNumber } from './settings.ts';

/** What an operator decides for the service in one process. Everything else is in `base/limits.ts`. */
export type Config = {
  /** Holds the batches, scratch files and, without `databaseUrl`, the database; one process at a time. */
  readonly dataDirectory: string;
  /** A PostgreSQL server instead of the embedded database. It may hold a password: for no log and no message. */
  readonly databaseUrl: string | undefined;
  readonly registry: RegistryConfig;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Worker processes that compute at once. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly secretsFile: string | undefined;
  readonly notifications: NotificationConfig;
  readonly operators: OperatorsConfig;
  readonly access: AccessConfig;
  /** Networks that are not public and may be read over HTTP all the same. */
  readonly httpAllow: readonly string[];
  readonly region: string;
  readonly zone: string;
  readonly hostName: string;
};

/** Options as the command line gives them; they win over the environment. */
export type ConfigOptions = {
  readonly data?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly workers?: string | number | undefined;
  readonly logLevel?: string | undefined;
  readonly secretsFile?: string | undefined;
  readonly access?: string | undefined;
};

/** The configuration from options and environment (`ASSAY_DATA`, `ASSAY_PORT`, …), checked: `REQUEST_INVALID` names what is wrong. */
export function readConfig(options: ConfigOptions, environment: Environment): Outcome<Config> {
  const port = wholeNumber('port', options.port ?? environment['ASSAY_PORT'], {
    fallback: defaultPort,
    max: 65_535,
  });
  if (!port.ok) return port;
  const workers = wholeNumber('number of workers', options.workers ?? environment['ASSAY_WORKERS'], {
    fallback: Math.max(2, availableParallelism()),
    min: 1,
    max: 256,
  });
  if (!workers.ok) return workers;
  const level = logLevel(options.logLevel ?? environment['ASSAY_LOG_LEVEL']);
  if (!level.ok) return level;
  const givenUrl = options.databaseUrl ?? environment['ASSAY_DATABASE_URL'];
  const url = givenUrl === undefined ? succeed(undefined) : databaseUrl(givenUrl);
  if (!url.ok) return url;
  const registry = readRegistryConfig(environment);
  if (!registry.ok) return registry;
  const notifications = readNotificationConfig(environment);
  if (!notifications.ok) return notifications;
  const operators = readOperatorsConfig(environment);
  if (!operators.ok) return operators;
  const access = readAccessConfig(options, environment);
  if (!access.ok) return access;
  const httpAllow = readHttpAllow(environment);
  if (!httpAllow.ok) return httpAllow;
  const secretsFile = options.secretsFile ?? environment['ASSAY_SECRETS_FILE'];
  return succeed({
    dataDirectory: resolve(options.data ?? environment['ASSAY_DATA'] ?? 'assay-data'),
    databaseUrl: url.value,
    registry: registry.value,
    host: options.host ?? environment['ASSAY_HOST'] ?? defaultHost,
    port: port.value,
    workers: workers.value,
    logLevel: level.value,
    secretsFile: secretsFile === undefined ? undefined : resolve(secretsFile),
    notifications: notifications.value,
    operators: operators.value,
    access: access.value,
    httpAllow: httpAllow.value,
    region: environment['ASSAY_REGION'] ?? 'local',
    zone: environment['ASSAY_ZONE'] ?? 'local',
    hostName: hostname(),
  });
}

/** The folders below the data directory. */
export function dataFolders(
  dataDirectory: string,
): Readonly<Record<'database' | 'server' | 'cluster' | 'batches' | 'scratch', string>> {
  return {
    database: join(dataDirectory, 'database'),
    server: join(dataDirectory, 'database-server'),
    cluster: join(dataDirectory, 'postgres'),
    batches: join(dataDirectory, 'batches'),
    scratch: join(dataDirectory, 'scratch'),
  };
}
