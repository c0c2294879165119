import { assert } from '../../base/assert.ts';
import { type ErrorCode, type Failure, FailureError, failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { otherProvider } from '../../core/datasets/other-provider.ts';
import type { S3ProviderDefinition, SecretReference } from '../../core/datasets/provider-definition.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FileRequest, FileSource } from '../../ports/file-source.ts';
import type { Random } from '../../ports/random.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { download } from './download.ts';
import { findObjects } from './find-objects.ts';
import { parseS3Address, s3Name } from './s3-address.ts';
import { type S3Access, S3Clients, type S3ClientsOptions, type S3Credentials } from './s3-clients.ts';
import { isOfMachine, type S3Fault, s3FaultOf } from './s3-fault.ts';
import type { S3Store } from './s3-store.ts';

/**
 * The objects of S3-compatible stores. Secrets are resolved for each request and stand in no message; a store that is
 * busy or away is asked again until the deadline, or until it has failed for some time (`SOURCE_UNAVAILABLE`).
 */
export function createS3Source(
  parts: { readonly clock: Clock; readonly random: Random; readonly secrets: Secrets } & S3ClientsOptions,
): FileSource {
  const clients = new S3Clients(parts);
  const open = async (definition: DatasetDefinition): Promise<Opened> => {
    const provider = s3Provider(definition);
    const address = parseS3Address(provider.path);
    assert(address !== undefined, 'the decoder of definitions has checked the path');
    const credentials = await credentialsOf(provider, parts.secrets);
    const access: S3Access = { region: provider.region, endpoint: provider.endpoint, credentials };
    const client = await explained({ credentials }, provider.path, async () => clients.clientOf(access));
    const store = { ...parts, client, bucket: address.bucket };
    return { store, path: address.path, provider, credentials };
  };
  return {
    list: (definition, signal) =>
      attempt(signal, async () => {
        const opened = await open(definition);
        const { store, path, provider } = opened;
        return await explained(opened, s3Name(store.bucket, path), () =>
          findObjects(store, { path, format: provider.format }, signal),
        );
      }),
    fetch: (request) =>
      attempt(request.signal, async () => {
        const opened = await open(request.definition);
        await explained(opened, request.file.name, () => fetch(opened.store, request));
      }),
  };
}

type Opened = {
  readonly store: S3Store;
  readonly path: string;
  readonly provider: S3ProviderDefinition;
  readonly credentials: S3Credentials | undefined;
};

function s3Provider({ provider }: DatasetDefinition): S3ProviderDefinition {
  assert(provider.type === 's3', 'the source of objects reads objects');
  return provider;
}

async function credentialsOf(
  { accessKeyId, secretAccessKey, sessionToken }: S3ProviderDefinition,
  secrets: Secrets,
): Promise<S3Credentials | undefined> {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const resolve = async (reference: SecretReference): Promise<string> => {
    const value = await secrets.resolve(reference);
    if (!value.ok) throw new FailureError(value.error);
    return value.value;
  };
  return {
    accessKeyId: await resolve(accessKeyId),
    secretAccessKey: await resolve(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: await resolve(sessionToken) }),
  };
}

async function fetch(store: S3Store, { file, path, signal, onBytes }: FileRequest): Promise<void> {
  const ofBucket = s3Name(store.bucket, '');
  if (!file.name.startsWith(ofBucket)) throw otherProvider();
  const key = file.name.slice(ofBucket.length);
  const { sizeBytes = 0, tag, version } = file;
  await download(store, { key, sizeBytes, tag, version, path, signal, onBytes });
}

/** Turns what a store says into a failure that names what was asked for, and hides secrets that it may repeat. */
async function explained<T>(
  { credentials }: Pick<Opened, 'credentials'>,
  name: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FailureError || isOfMachine(error)) throw error;
    throw new FailureError(failureOfFault(s3FaultOf(error), { name, cause: told(error, credentials) }));
  }
}

const codes: Readonly<Record<S3Fault['kind'], ErrorCode>> = {
  'no-bucket': 'SOURCE_NOT_FOUND',
  // Of an object that was listed: another listing shows what there is now.
  'no-object': 'SOURCE_CHANGED',
  changed: 'SOURCE_CHANGED',
  unavailable: 'SOURCE_UNAVAILABLE',
  archived: 'SOURCE_UNREADABLE',
  denied: 'SOURCE_UNREADABLE',
  refused: 'SOURCE_UNREADABLE',
};

const hintOnRights = 'Allow s3:ListBucket on the bucket and s3:GetObject on its objects';

function failureOfFault(fault: S3Fault, { name, cause }: { name: string; cause: string }): Failure {
  const { kind, what } = fault;
  const hint = kind === 'denied' ? hintOnRights : fault.hint;
  return failure(codes[kind], `${name} ${what}`, { hint, where: name, cause });
}

function told(error: unknown, credentials: S3Credentials | undefined): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return Object.values(credentials ?? {}).reduce<string>(
    (shown, secret) => (secret === undefined || secret === '' ? shown : shown.replaceAll(secret, '***')),
    text,
  );
}

async function attempt<T>(signal: AbortSignal, action: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return succeed(await action());
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailureError) return fail(error.failure);
    throw error;
  }
}
