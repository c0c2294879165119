import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import type { SecretReference } from '../../core/datasets/provider-definition.ts';
import type { Secrets } from '../../ports/secrets.ts';

/** How far a connection is protected, in the words of MySQL's own clients. */
type TlsMode = (typeof tlsModes)[number];

const tlsModes = ['disabled', 'preferred', 'required', 'verify-ca', 'verify-identity'] as const;

/** Where a server is and who asks it. */
export type Address = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: TlsMode;
  /** Certificates, in PEM, that the server's must be signed by; by default those that Node trusts. */
  readonly authorities?: string;
};

/**
 * Reads `mysql://user:password@host:3306/database?ssl-mode=verify-ca&ssl-ca=/etc/ca.pem`, which a reference to a secret
 * holds. `ssl-ca` is a file of this machine, or a secret by `env:NAME` or `file:NAME`. Throws `FailureError`; no message
 * repeats anything of the address but the names of options.
 */
export async function resolveAddress(secrets: Secrets, reference: SecretReference): Promise<Address> {
  const resolved = await secrets.resolve(reference);
  if (!resolved.ok) throw new FailureError(resolved.error);
  const url = URL.parse(resolved.value.trim());
  if (url === null || !/^(?:mysql|mariadb):$/.test(url.protocol) || url.hostname === '') {
    throw new FailureError(unfit(reference, 'is no address of a MySQL or MariaDB server'));
  }
  const options = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const unknown = [...options.keys()].find((name) => name !== 'ssl-mode' && name !== 'ssl-ca');
  if (unknown !== undefined) {
    throw new FailureError(unfit(reference, `has the unknown option ${unknown.slice(0, 40)}`));
  }
  const database = decoded(reference, url.pathname.slice(1));
  if (database === '') throw new FailureError(unfit(reference, 'names no database'));
  const authority = options.get('ssl-ca');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const tls = tlsModeOf(reference, options.get('ssl-mode'), authority !== undefined);
  if (tls === 'verify-identity' && isIP(host) !== 0) {
    throw new FailureError(unfit(reference, 'has no name of a host, which verify-identity compares'));
  }
  return {
    host,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decoded(reference, url.username),
    password: decoded(reference, url.password),
    database,
    tls,
    ...(authority === undefined ? {} : { authorities: await readAuthority(secrets, reference, authority) }),
  };
}

/** Who asks whom for what, without the password. */
export function addressText({ host, port, user, database }: Address): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

function decoded(reference: SecretReference, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new FailureError(unfit(reference, 'has a percent sign that starts no escaped character'));
  }
}

function tlsModeOf(reference: SecretReference, given: string | undefined, hasAuthority: boolean): TlsMode {
  if (given === undefined) return hasAuthority ? 'verify-ca' : 'preferred';
  const name = given.toLowerCase().replaceAll('_', '-');
  const mode = tlsModes.find((known) => known === name);
  if (mode === undefined) {
    throw new FailureError(unfit(reference, `has an unknown ssl-mode; it is one of ${tlsModes.join(', ')}`));
  }
  if (hasAuthority && !mode.startsWith('verify')) {
    throw new FailureError(unfit(reference, 'has an ssl-ca that its ssl-mode makes no use of'));
  }
  return mode;
}

async function readAuthority(
  secrets: Secrets,
  reference: SecretReference,
  authority: string,
): Promise<string> {
  const [, from, name = ''] = /^(env|file):([A-Za-z_][\w.-]*)$/.exec(authority) ?? [];
  if (from !== undefined) {
    const pem = await secrets.resolve({ from: from === 'env' ? 'environment' : 'file', name });
    if (!pem.ok) throw new FailureError(pem.error);
    return pem.value.replaceAll('\\n', '\n');
  }
  try {
    return await readFile(authority, 'utf8');
  } catch (error) {
    throw new FailureError(unfit(reference, 'has an ssl-ca that can not be read', error));
  }
}

function unfit({ from, name }: SecretReference, what: string, cause?: unknown): Failure {
  const place = from === 'environment' ? 'the environment variable' : 'the key of the secrets file';
  return failure('SOURCE_UNREADABLE', `The address in ${place} ${name} ${what}`, {
    hint: 'write mysql://user:password@host:3306/database, special characters percent-encoded, with ?ssl-mode=… if need be',
    cause,
  });
}
