import { S3ServiceException } from '@aws-sdk/client-s3';

/** What an error of a store means. `unavailable` may pass by itself; all others wait for somebody. */
export type S3Fault = {
  readonly kind: 'no-bucket' | 'no-object' | 'changed' | 'unavailable' | 'archived' | 'denied' | 'refused';
  /** What happened, to be put behind the name of what it happened to. */
  readonly what: string;
  readonly hint?: string;
};

/** The meaning of an error that a request to a store ended with. */
export function s3FaultOf(error: unknown): S3Fault {
  const name = error instanceof Error ? error.name : '';
  const known = byName[name] ?? byName[codeOf(error)];
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (redirects.has(name) || status === 301 || status === 307) return wrongRegion(error);
  if (status === 412 || status === 409) return changed;
  if (status === 404) return gone;
  if (status === 401 || status === 403) return denied;
  if (status !== undefined && (status >= 500 || status === 429 || status === 408)) return busy(status);
  if (isOfCertificate(error)) {
    return {
      kind: 'refused',
      what: 'has a certificate that is not trusted',
      hint: 'Give this machine the certificate of its authority, by NODE_EXTRA_CA_CERTS',
    };
  }
  if (/deserialization error/i.test(messageOf(error))) {
    return { kind: 'refused', what: 'is behind something that does not speak S3', hint: hintOnEndpoint };
  }
  if (isOfConnection(error)) return { kind: 'unavailable', what: 'does not answer', hint: hintOnEndpoint };
  return { kind: 'refused', what: 'refused the request' };
}

const hintOnEndpoint = 'Check the endpoint, and whether this machine reaches it';
const hintOnKeys = 'Check access_key_id and secret_access_key, or the credentials of this machine';

const gone: S3Fault = { kind: 'no-object', what: 'does not exist any more' };
const changed: S3Fault = { kind: 'changed', what: 'is no longer the object that was listed' };
const denied: S3Fault = { kind: 'denied', what: 'may not be used with these credentials' };
const unknownKeys: S3Fault = { kind: 'refused', what: 'does not accept these credentials', hint: hintOnKeys };
const expired: S3Fault = {
  kind: 'refused',
  what: 'does not accept these credentials any more: they have expired',
  hint: 'Renew the keys and the session token, or use the credentials of this machine, which renew themselves',
};
const slowDown: S3Fault = {
  kind: 'unavailable',
  what: 'asks for fewer requests',
  hint: 'It is tried again; spread the objects over more prefixes when it stays like this',
};
const inner: S3Fault = { kind: 'unavailable', what: 'has an error of its own' };

const byName: Readonly<Record<string, S3Fault>> = {
  NoSuchBucket: {
    kind: 'no-bucket',
    what: 'is in a bucket that does not exist',
    hint: 'Check the name of the bucket, the endpoint and the account of the credentials',
  },
  NoSuchKey: gone,
  NoSuchVersion: gone,
  NotFound: gone,
  PreconditionFailed: changed,
  ConditionalRequestConflict: { kind: 'unavailable', what: 'is being written by somebody else' },
  InvalidRange: changed,
  AccessDenied: denied,
  AllAccessDisabled: denied,
  AccountProblem: denied,
  InvalidAccessKeyId: unknownKeys,
  SignatureDoesNotMatch: unknownKeys,
  InvalidToken: unknownKeys,
  ExpiredToken: expired,
  TokenRefreshRequired: expired,
  ExpiredTokenException: expired,
  RequestExpired: expired,
  RequestTimeTooSkewed: {
    kind: 'refused',
    what: 'says that the clock of this machine is wrong',
    hint: 'Set the clock of this machine, as by NTP',
  },
  CredentialsProviderError: {
    kind: 'refused',
    what: 'can not be asked: there are no credentials',
    hint: 'Name access_key_id and secret_access_key in the definition, or give this machine credentials',
  },
  LinkLocalAddress: {
    kind: 'refused',
    what: 'has an endpoint at a link-local address, where no store is',
    hint: 'Name the endpoint of a store',
  },
  InvalidObjectState: {
    kind: 'archived',
    what: 'lies in an archive and can not be read',
    hint: 'Restore it from its storage class, or narrow the path',
  },
  InvalidBucketName: { kind: 'no-bucket', what: 'is in no bucket: no store has one of that name' },
  SlowDown: slowDown,
  ServiceUnavailable: slowDown,
  ThrottlingException: slowDown,
  RequestLimitExceeded: slowDown,
  InternalError: inner,
  RequestTimeout: { kind: 'unavailable', what: 'waited too long for the request' },
  TimeoutError: { kind: 'unavailable', what: 'does not answer', hint: hintOnEndpoint },
};

const redirects: ReadonlySet<string> = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'UnknownRegion',
]);

function wrongRegion(error: unknown): S3Fault {
  const told = regionOf(error);
  const right = told === undefined ? 'the right one' : `region: ${told}`;
  return { kind: 'refused', what: 'lies in another region', hint: `Name ${right} in the definition` };
}

/** A store says the right region in a header, or in the text of its answer. */
function regionOf(error: unknown): string | undefined {
  const told =
    error instanceof S3ServiceException ? error.$response?.headers['x-amz-bucket-region'] : undefined;
  if (told !== undefined) return told;
  if (typeof error === 'object' && error !== null && 'Region' in error) return String(error.Region);
  return /expecting '([a-z0-9-]+)'/.exec(messageOf(error))?.[1];
}

function busy(status: number): S3Fault {
  return status === 503 || status === 429 ? slowDown : inner;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const code = 'Code' in error ? error.Code : 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

const connectionCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
]);

/** A broken connection, also as the cause of another error. */
function isOfConnection(error: unknown): boolean {
  const code = codeOf(error);
  // Those of HPE are about answers that are no HTTP, such as half ones.
  if (connectionCodes.has(code) || code.startsWith('HPE_')) return true;
  if (/socket hang up|aborted|premature close/i.test(messageOf(error))) return true;
  if (error instanceof AggregateError) return error.errors.some(isOfConnection);
  return error instanceof Error && error.cause !== undefined && isOfConnection(error.cause);
}

function isOfCertificate(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(codeOf(error));
}

/** Whether an error is one of this machine, such as a full disk: it says nothing of the store. */
export function isOfMachine(error: unknown): boolean {
  return ofMachine.has(codeOf(error));
}

const ofMachine: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EEXIST',
  'EMFILE',
  'ENOENT',
]);
