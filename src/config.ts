import { availableParallelism, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultHost, defaultPort } from './base/default-address.ts';
import { failure } from './base/errors.ts';
import { fail, type Outcome, succeed } from './base/outcome.ts';

/** What an operator decides for one process. Everything else is in `base/limits.ts`. */
export type Config = {
  /** Holds the batches, scratch files and, without `databaseUrl`, the database; one process at a time. */
  readonly dataDirectory: string;
  /** A PostgreSQL server instead of the embedded database. It may hold a password: for no log and no message. */
  readonly databaseUrl: string | undefined;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Worker processes that compute at once. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly secretsFile: string | undefined;
  readonly region: string;
  readonly zone: string;
  readonly hostName: string;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const logLevels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Options as the command line gives them; they win over the environment. */
export type ConfigOptions = {
  readonly data?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly workers?: string | number | undefined;
  readonly logLevel?: string | undefined;
  readonly secretsFile?: string | undefined;
};

/** The configuration from options and environment (`ASSAY_DATA`, `ASSAY_PORT`, …), checked: `REQUEST_INVALID` names what is wrong. */
export function readConfig(
  options: ConfigOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Outcome<Config> {
  const port = wholeNumber(options.port ?? environment['ASSAY_PORT'], { fallback: defaultPort, max: 65_535 });
  const workers = wholeNumber(options.workers ?? environment['ASSAY_WORKERS'], {
    fallback: Math.max(2, availableParallelism()),
    max: 256,
  });
  const logLevel = options.logLevel ?? environment['ASSAY_LOG_LEVEL'] ?? 'info';
  if (port === undefined) return invalid('port', 'a whole number from 0 to 65535');
  if (workers === undefined || workers === 0) return invalid('workers', 'a whole number from 1 to 256');
  if (!isLogLevel(logLevel)) return invalid('log level', `one of ${logLevels.join(', ')}`);
  const databaseUrl = options.databaseUrl ?? environment['ASSAY_DATABASE_URL'];
  if (databaseUrl !== undefined && !isDatabaseUrl(databaseUrl)) {
    return invalid(
      'database URL',
      'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %-encoded special characters',
    );
  }
  const secretsFile = options.secretsFile ?? environment['ASSAY_SECRETS_FILE'];
  return succeed({
    dataDirectory: resolve(options.data ?? environment['ASSAY_DATA'] ?? 'assay-data'),
    databaseUrl,
    host: options.host ?? environment['ASSAY_HOST'] ?? defaultHost,
    port,
    workers,
    logLevel,
    secretsFile: secretsFile === undefined ? undefined : resolve(secretsFile),
    region: environment['ASSAY_REGION'] ?? 'local',
    zone: environment['ASSAY_ZONE'] ?? 'local',
    hostName: hostname(),
  });
}

/** The folders below the data directory. */
export function dataFolders(
  dataDirectory: string,
): Readonly<Record<'database' | 'server' | 'batches' | 'scratch', string>> {
  return {
    database: join(dataDirectory, 'database'),
    server: join(dataDirectory, 'database-server'),
    batches: join(dataDirectory, 'batches'),
    scratch: join(dataDirectory, 'scratch'),
  };
}

/** With a host and the name of a database, or a database and a directory of sockets (`postgres:///assay?host=/run/postgresql`). */
function isDatabaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) return false;
  return url.pathname.length > 1 && (url.hostname !== '' || url.searchParams.has('host'));
}

function isLogLevel(text: string): text is LogLevel {
  return logLevels.includes(text);
}

function wholeNumber(
  given: string | number | undefined,
  bounds: { fallback: number; max: number },
): number | undefined {
  if (given === undefined) return bounds.fallback;
  const number = typeof given === 'number' ? given : /^\d+$/.test(given) ? Number(given) : Number.NaN;
  return Number.isInteger(number) && number >= 0 && number <= bounds.max ? number : undefined;
}

function invalid(what: string, right: string): Outcome<Config> {
  return fail(failure('REQUEST_INVALID', `the ${what} is not valid: it must be ${right}`));
}
