import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { failure } from '../base/errors.ts';
import { fail, type Outcome, succeed } from '../base/outcome.ts';
import type { Environment } from './settings.ts';

/** How a process speaks to the ensembles: the texts of PEM files. The key is for no log and no message. */
export type ZooKeeperTls = {
  readonly ca: string;
  readonly certificate?: string;
  readonly key?: string;
};

const names = {
  ca: 'ASSAY_ZOOKEEPER_CA',
  certificate: 'ASSAY_ZOOKEEPER_CERTIFICATE',
  key: 'ASSAY_ZOOKEEPER_KEY',
} as const;

/**
 * Reads the files that the environment names: the authority that has signed the servers' certificates, which switches TLS
 * on, and what this process shows of itself. Undefined without any of them; `REQUEST_INVALID` where one is missing or none.
 */
export function readZooKeeperTls(environment: Environment): Outcome<ZooKeeperTls | undefined> {
  const paths = { ca: environment[names.ca], ...ownPaths(environment) };
  if (Object.values(paths).every((path) => path === undefined)) return succeed(undefined);
  const { ca, certificate, key } = paths;
  if (ca === undefined) return invalid(`${names.ca} is not set`, 'name the PEM file of the authority');
  if ((certificate === undefined) !== (key === undefined)) {
    return invalid(`only one of ${names.certificate} and ${names.key} is set`, 'set both or none');
  }
  try {
    const read = {
      ca: readFileSync(ca, 'utf8'),
      ...(certificate === undefined ? {} : { certificate: readFileSync(certificate, 'utf8') }),
      ...(key === undefined ? {} : { key: readFileSync(key, 'utf8') }),
    };
    // Texts that are no PEM are found out here, and not at the first connection.
    createSecureContext({ ca: read.ca, cert: read.certificate, key: read.key });
    return succeed(read);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return invalid(`TLS to ZooKeeper can not be set up: ${why}`, `see ${Object.values(names).join(', ')}`);
  }
}

function ownPaths(environment: Environment) {
  return { certificate: environment[names.certificate], key: environment[names.key] };
}

function invalid(message: string, hint: string): Outcome<never> {
  return fail(failure('REQUEST_INVALID', message, { hint }));
}
