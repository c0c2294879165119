import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import type { SecretReference } from '../../core/datasets/provider-definition.ts';
import type { Secrets } from '../../ports/secrets.ts';

/** Where a server is and who asks it. */
export type Address = {
  /** A host, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: ConnectionOptions | false;
};

const modes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
type Mode = (typeof modes)[number];

const known: ReadonlySet<string> = new Set(['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host']);
const portDefault = 5432;

/**
 * Reads `postgresql://user:password@host:5432/database?sslmode=verify-full&sslrootcert=/etc/ca.pem`, which a reference to a
 * secret holds. Certificates and keys are files of this machine, or secrets by `env:NAME` or `file:NAME`. Throws
 * `FailureError`; no message repeats anything of the address but the names of options.
 */
export async function resolveAddress(secrets: Secrets, reference: SecretReference): Promise<Address> {
  const resolved = await secrets.resolve(reference);
  if (!resolved.ok) throw new FailureError(resolved.error);
  const url = URL.parse(resolved.value.trim());
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) {
    throw new FailureError(unfit(reference, 'is no address of a PostgreSQL server'));
  }
  const unknown = [...url.searchParams.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new FailureError(unfit(reference, `has the unknown option ${unknown.slice(0, 40)}`));
  }
  const [user, password, host, database] = [
    url.username,
    url.password,
    url.hostname.replace(/^\[(.*)\]$/, '$1'),
    url.pathname.slice(1),
  ].map((part) => decoded(reference, part)) as [string, string, string, string];
  if (user === '') throw new FailureError(unfit(reference, 'names no user'));
  return {
    host: url.searchParams.get('host') ?? (host === '' ? 'localhost' : host),
    port: url.port === '' ? portDefault : Number(url.port),
    user,
    password,
    database: database === '' ? user : database,
    tls: await tlsOf(secrets, reference, url.searchParams),
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

/** A certificate is verified unless `no-verify` says otherwise: also with `require`, which libpq would take for less. */
async function tlsOf(
  secrets: Secrets,
  reference: SecretReference,
  options: URLSearchParams,
): Promise<ConnectionOptions | false> {
  const text = async (option: string): Promise<string | undefined> => {
    const place = options.get(option);
    return place === null ? undefined : await readPem(secrets, reference, { option, place });
  };
  const [ca, cert, key] = await Promise.all([text('sslrootcert'), text('sslcert'), text('sslkey')]);
  const mode = modeOf(reference, options.get('sslmode')) ?? (ca === undefined ? 'disable' : 'verify-full');
  if (mode === 'disable') return false;
  return {
    rejectUnauthorized: mode !== 'no-verify',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    // Whose certificate it is does not matter then, as long as the authority has signed it.
    ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
}

function modeOf(reference: SecretReference, given: string | null): Mode | undefined {
  if (given === null) return undefined;
  // Both may go without TLS when the server has none: who writes them down means more than that.
  if (given === 'prefer' || given === 'allow') return 'require';
  const mode = modes.find((one) => one === given);
  if (mode !== undefined) return mode;
  throw new FailureError(unfit(reference, `has an unknown sslmode; it is one of ${modes.join(', ')}`));
}

async function readPem(
  secrets: Secrets,
  reference: SecretReference,
  { option, place }: { readonly option: string; readonly place: string },
): Promise<string> {
  const [, from, name = ''] = /^(env|file):([A-Za-z_][\w.-]*)$/.exec(place) ?? [];
  if (from !== undefined) {
    const pem = await secrets.resolve({ from: from === 'env' ? 'environment' : 'file', name });
    if (!pem.ok) throw new FailureError(pem.error);
    return pem.value.replaceAll('\\n', '\n');
  }
  try {
    return await readFile(place, 'utf8');
  } catch {
    // The system's own message would repeat the path.
    throw new FailureError(unfit(reference, `has an ${option} that can not be read`));
  }
}

function unfit({ from, name }: SecretReference, what: string): Failure {
  const place = from === 'environment' ? 'the environment variable' : 'the key of the secrets file';
  return failure('SOURCE_UNREADABLE', `The address in ${place} ${name} ${what}`, {
    hint: 'Write postgresql://user:password@host:5432/database, special characters percent-encoded, with ?sslmode=verify-full for TLS',
  });
}
