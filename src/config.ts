import { availableParallelism, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultHost, defaultPort } from './base/default-address.ts';
import { failure } from './base/errors.ts';
import { fail, type Outcome, succeed } from './base/outcome.ts';

/** What an operator decides for one process. Everything else is in `base/limits.ts`. */
export type Config = {
  /** Holds the database, the batches and scratch files; one process at a time. */
  readonly dataDirectory: string;
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
  const secretsFile = options.secretsFile ?? environment['ASSAY_SECRETS_FILE'];
  return succeed({
    dataDirectory: resolve(options.data ?? environment['ASSAY_DATA'] ?? 'assay-data'),
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
export function dataFolders(dataDirectory: string): { database: string; batches: string; scratch: string } {
  return {
    database: join(dataDirectory, 'database'),
    batches: join(dataDirectory, 'batches'),
    scratch: join(dataDirectory, 'scratch'),
  };
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
