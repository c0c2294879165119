import { resolve } from 'node:path';
import { defaultPort } from '../base/default-address.ts';
import { limits } from '../base/limits.ts';
import { type Outcome, succeed } from '../base/outcome.ts';
import { type AccessConfig, readAccessConfig } from './access-config.ts';
import { type Environment, invalid, type LogLevel, logLevel, wholeNumber } from './settings.ts';

/** What a person decides for a whole cluster on one machine. */
export type ClusterConfig = {
  /** Holds everything; one cluster at a time. */
  readonly dataDirectory: string;
  /** Data nodes of each of the two clusters. */
  readonly nodesPerCluster: number;
  /** Tasks at once, of each node. */
  readonly slots: number;
  readonly zones: readonly string[];
  /** Of the API; 0 takes a free one. */
  readonly port: number;
  /** Of its processes. */
  readonly logLevel: LogLevel;
  readonly secretsFile: string | undefined;
  readonly access: AccessConfig;
};

/** Options as the command line gives them; they win over the environment. */
export type ClusterOptions = {
  readonly clusterOf: string;
  readonly zones?: string;
  readonly slots?: string;
  readonly data?: string;
  readonly port?: string;
  readonly logLevel?: string;
  readonly secretsFile?: string;
  readonly access?: string;
  /** These are of the service in one process alone. */
  readonly host?: string;
  readonly workers?: string;
  readonly databaseUrl?: string;
};

const zonePattern = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** The configuration from options and environment, checked: `REQUEST_INVALID` names what is wrong. */
export function readClusterConfig(options: ClusterOptions, environment: Environment): Outcome<ClusterConfig> {
  const unfit = (['host', 'workers', 'databaseUrl'] as const).find((name) => options[name] !== undefined);
  if (unfit !== undefined) {
    return invalid(
      'combination of options',
      '`--cluster-of` without `--host`, `--workers` and `--database-url`',
      'it brings its own database, listens on this machine alone, and has `--slots` for each node',
    );
  }
  const nodes = wholeNumber('number of nodes', options.clusterOf, {
    fallback: 0,
    min: 1,
    max: limits.localNodesMax,
  });
  if (!nodes.ok) return nodes;
  const slots = wholeNumber('number of slots', options.slots, { fallback: 2, min: 1, max: 256 });
  if (!slots.ok) return slots;
  const zones = (options.zones ?? 'a,b,c').split(',').map((zone) => zone.trim());
  if (new Set(zones).size < zones.length || !zones.every((zone) => zonePattern.test(zone))) {
    return invalid('list of zones', 'different names of small letters, digits and hyphens, such as a,b,c');
  }
  const port = wholeNumber('port', options.port ?? environment['ASSAY_PORT'], {
    fallback: defaultPort,
    max: 65_535,
  });
  if (!port.ok) return port;
  const level = logLevel(options.logLevel ?? environment['ASSAY_LOG_LEVEL']);
  if (!level.ok) return level;
  const access = readAccessConfig(options, environment);
  if (!access.ok) return access;
  const secretsFile = options.secretsFile ?? environment['ASSAY_SECRETS_FILE'];
  return succeed({
    dataDirectory: resolve(options.data ?? environment['ASSAY_DATA'] ?? 'assay-data'),
    nodesPerCluster: nodes.value,
    slots: slots.value,
    zones,
    port: port.value,
    logLevel: level.value,
    secretsFile: secretsFile === undefined ? undefined : resolve(secretsFile),
    access: access.value,
  });
}
