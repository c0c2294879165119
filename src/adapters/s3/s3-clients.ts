import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { limits } from '../../base/limits.ts';
import { lookupElsewhere, refuseLinkLocal } from './link-local.ts';

/** How a store is reached. Without credentials those of the machine are used: environment, profile, container, instance. */
export type S3Access = {
  readonly region?: string | undefined;
  /** Of a store that is not Amazon's. Its buckets are parts of paths: names of theirs need not resolve. */
  readonly endpoint?: string | undefined;
  readonly credentials?: S3Credentials | undefined;
};

export type S3Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

const regionOfAmazon = 'us-east-1';

export type S3ClientsOptions = {
  /** Where nothing else says a region; Amazon's stores tell the right one. */
  readonly regionDefault?: string | undefined;
  /** A store that says nothing for this long in the middle of an answer has broken it off; `s3SilenceMs` by default. */
  readonly silenceMs?: number | undefined;
};

/** Clients of stores, none of which are at link-local addresses, each with its own connections, kept for the next request: new credentials make a new client. */
export class S3Clients {
  readonly #defaults: Defaults;
  readonly #clients = new Map<string, S3Client>();

  constructor({ regionDefault = regionOfAmazon, silenceMs = limits.s3SilenceMs }: S3ClientsOptions) {
    this.#defaults = { regionDefault, silenceMs };
  }

  clientOf(access: S3Access): S3Client {
    const key = keyOf(access);
    const client = this.#clients.get(key) ?? createClient(access, this.#defaults);
    this.#clients.delete(key);
    this.#clients.set(key, client);
    // The oldest one is dropped, not ended: somebody may read from it, and its idle connections end by themselves.
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > limits.s3ClientsMax && oldest !== undefined) this.#clients.delete(oldest);
    return client;
  }
}

function keyOf(access: S3Access): string {
  return createHash('sha256').update(JSON.stringify(access)).digest('hex');
}

type Defaults = { readonly regionDefault: string; readonly silenceMs: number };

function createClient(
  { endpoint, region, credentials }: S3Access,
  { regionDefault, silenceMs }: Defaults,
): S3Client {
  // An idle connection is closed before a store does it in the middle of a request.
  const agent = {
    keepAlive: true,
    maxSockets: limits.s3ConnectionsMax,
    timeout: silenceMs,
    lookup: lookupElsewhere,
  };
  if (endpoint !== undefined) refuseLinkLocal(endpoint);
  const sessionToken = credentials?.sessionToken;
  return new S3Client({
    region: region ?? regionDefault,
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
    // Repeated by our own rules: until the deadline of the task, with our clock and chance.
    maxAttempts: 1,
    // Stores that are not Amazon's do not all know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      connectionTimeout: limits.s3ConnectTimeoutMs,
      requestTimeout: silenceMs,
      throwOnRequestTimeout: true,
      socketTimeout: silenceMs,
    },
  });
}
