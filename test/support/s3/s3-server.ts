import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { verifySignature } from './signature.ts';

/** A request as the server saw it. */
export type S3Request = {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
};

/** What happens to a request in place of, or on top of, what it asks for. */
export type S3Trouble =
  | {
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is reset: at once, or when so many bytes of the answer's body were sent. */
  | { readonly resetAfterBytes: number }
  /** What is asked for is done, and the connection is reset in place of the answer. */
  | { readonly answerLost: true }
  /** Nothing is answered, and the connection stays. */
  | { readonly silent: true }
  /** So much of the body comes, then nothing more, and the connection stays. */
  | { readonly hangAfterBytes: number };

export type S3Server = AsyncDisposable & {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Everything that was asked since the start, or since it was emptied. */
  readonly requests: S3Request[];
  /** Requests that are not answered yet, and whose connection is there. */
  readonly atWork: () => number;
  /** Breaks all connections. */
  readonly cut: () => void;
  /** Asked before each request. */
  trouble: (request: S3Request) => S3Trouble | undefined;
  put(key: string, body: string | Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  /** The file that holds an object's bytes. */
  fileOf(key: string): string;
  /** Makes all objects older. */
  age(ms: number): Promise<void>;
};

export type S3ServerOptions = {
  /** Requests for another region are refused, with its name. */
  readonly region?: string;
  /** Whether `If-Match` and `If-None-Match` mean nothing to it, as to some stores. */
  readonly ignoresConditions?: boolean;
  /** Whether each object that `put` replaces can still be read by the version that answers name. */
  readonly keepsVersions?: boolean;
};

const bucket = 'bucket';
const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

/**
 * Starts `s3rver`, with what it lacks: signatures that are checked, regions, `If-Match` and `If-None-Match`, encoded keys and
 * long listings, writes of one key one after the other; and with trouble on demand.
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-s3-'));
  const s3rver = new S3rver({
    silent: true,
    directory,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
  });
  await s3rver.configureBuckets();
  const front = new Front(s3rver, options);
  const http = createServer((request, response) => void front.answer(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  assert.ok(typeof address === 'object' && address !== null);
  const endpoint = `http://127.0.0.1:${address.port}`;
  const client = new S3Client({
    endpoint,
    region: options.region ?? 'us-east-1',
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const quietly = async (action: () => Promise<unknown>): Promise<void> => {
    const { trouble } = front;
    front.trouble = () => undefined;
    await action();
    front.trouble = trouble;
    front.requests.pop();
  };
  return {
    endpoint,
    bucket,
    credentials,
    requests: front.requests,
    atWork: () => front.atWork,
    cut: () => http.closeAllConnections(),
    get trouble() {
      return front.trouble;
    },
    set trouble(trouble) {
      front.trouble = trouble;
    },
    put: (key, body) =>
      quietly(() => {
        const bytes = Buffer.from(body);
        const length = bytes.byteLength;
        return client.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentLength: length }),
        );
      }).then(() => front.keepVersion(key, Buffer.from(body))),
    remove: (key) => quietly(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))),
    fileOf: (key) => s3rver.store.getResourcePath(bucket, key, 'object'),
    age: (ms) => ageFiles(directory, ms),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

class Front {
  readonly requests: S3Request[] = [];
  atWork = 0;
  trouble: (request: S3Request) => S3Trouble | undefined = () => undefined;
  readonly #s3rver: S3rver;
  readonly #handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #options: S3ServerOptions;
  readonly #versions: { readonly key: string; readonly bytes: Buffer }[] = [];
  /** The end of the last write of each key. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(s3rver: S3rver, options: S3ServerOptions) {
    this.#s3rver = s3rver;
    this.#handle = s3rver.callback();
    this.#options = options;
  }

  async answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = requestOf(message);
    this.requests.push(request);
    this.atWork += 1;
    response.once('close', () => {
      this.atWork -= 1;
    });
    const trouble = this.trouble(request) ?? this.#refusal(message);
    if (trouble !== undefined && 'silent' in trouble) return;
    if (trouble !== undefined && 'status' in trouble) return refuse(message, response, trouble);
    if (trouble !== undefined && 'resetAfterBytes' in trouble) {
      interfere(response, trouble.resetAfterBytes, () => message.socket.resetAndDestroy());
      if (trouble.resetAfterBytes === 0) return;
    }
    if (trouble !== undefined && 'answerLost' in trouble) {
      response.end = () => {
        message.socket.resetAndDestroy();
        return response;
      };
    }
    if (trouble !== undefined && 'hangAfterBytes' in trouble) {
      interfere(response, trouble.hangAfterBytes, () => undefined);
    }
    if (this.#answerByVersion(response, request)) return;
    if (['GET', 'HEAD'].includes(request.method))
      return await this.#conditionally(message, response, request);
    const before = this.#writes.get(request.key);
    const written = (before ?? Promise.resolve()).then(async () => {
      const ended = new Promise<void>((resolve) => void response.once('close', resolve));
      await this.#conditionally(message, response, request);
      await ended;
    });
    this.#writes.set(request.key, written);
    await written;
  }

  /** Notes the bytes of an object as its latest version. */
  keepVersion(key: string, bytes: Buffer): void {
    if (this.#options.keepsVersions === true) this.#versions.push({ key, bytes });
  }

  /** Answers a request for a version, and names the latest one in answers to others. */
  #answerByVersion(response: ServerResponse, { method, key, query, headers }: S3Request): boolean {
    const latest = this.#versions.findLastIndex((version) => version.key === key);
    if (method !== 'GET' || latest < 0) return false;
    const asked = query.get('versionId');
    response.setHeader('x-amz-version-id', String(asked ?? latest));
    const version = asked === null ? undefined : this.#versions[Number(asked)];
    if (version === undefined) return false;
    const { bytes } = version;
    const [from = 0, to = bytes.length - 1] = (headers.range ?? '').match(/\d+/g)?.map(Number) ?? [];
    response.writeHead(206, {
      etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
      'content-range': `bytes ${from}-${to}/${bytes.length}`,
    });
    response.end(bytes.subarray(from, to + 1));
    return true;
  }

  #refusal(message: IncomingMessage): S3Trouble | undefined {
    const signed = verifySignature(message, credentials.secretAccessKey);
    if (signed === undefined) return { status: 403, code: 'SignatureDoesNotMatch' };
    if (signed.accessKeyId !== credentials.accessKeyId) return { status: 403, code: 'InvalidAccessKeyId' };
    const { region = signed.region } = this.#options;
    if (signed.region === region) return undefined;
    const says = `the region '${signed.region}' is wrong; expecting '${region}'`;
    return { status: 400, code: 'AuthorizationHeaderMalformed', message: says };
  }

  async #conditionally(
    message: IncomingMessage,
    response: ServerResponse,
    request: S3Request,
  ): Promise<void> {
    const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
    const isConditional = match !== undefined || noneMatch !== undefined;
    if (isConditional && this.#options.ignoresConditions !== true) {
      const { etag } = await this.#s3rver.store
        .getMetadata(request.bucket, request.key)
        .catch((): { etag?: unknown } => ({}));
      const isMet = match === undefined ? etag === undefined : etag === undefined || etag === match;
      if (!isMet) return refuse(message, response, { status: 412, code: 'PreconditionFailed' });
    }
    const isListing = request.key === '' && request.query.get('list-type') === '2';
    if (isListing && request.bucket === bucket) await this.#list(response, request.query);
    else this.#handle(message, response);
  }

  /** As `s3rver` can not any more: its continuation tokens need a cipher that Node has no longer. */
  async #list(response: ServerResponse, query: URLSearchParams): Promise<void> {
    const { objects, isTruncated } = await this.#s3rver.store.listObjects(bucket, {
      prefix: query.get('prefix') ?? '',
      startAfter: Buffer.from(query.get('continuation-token') ?? '', 'base64').toString(),
      maxKeys: Math.min(1_000, Number(query.get('max-keys') ?? 1_000)),
    });
    const isEncoded = query.get('encoding-type') === 'url';
    const contents = objects.map(({ key, size, lastModifiedDate, metadata }) =>
      element('Contents', [
        element('Key', [isEncoded ? encodeURIComponent(key) : key]),
        element('LastModified', [lastModifiedDate.toISOString()]),
        element('ETag', [metadata.etag.replaceAll('"', '&quot;')]),
        element('Size', [String(size)]),
      ]),
    );
    const next = Buffer.from(objects.at(-1)?.key ?? '').toString('base64');
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      element('ListBucketResult', [
        element('IsTruncated', [String(isTruncated)]),
        ...(isTruncated ? [element('NextContinuationToken', [next])] : []),
        ...(isEncoded ? [element('EncodingType', ['url'])] : []),
        ...contents,
      ]),
    );
  }
}

function element(name: string, content: readonly string[]): string {
  return `<${name}>${content.join('')}</${name}>`;
}

function requestOf({ method = '', url = '', headers }: IncomingMessage): S3Request {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const [, ofBucket = '', ...key] = pathname.split('/');
  return { method, bucket: ofBucket, key: decodeURIComponent(key.join('/')), query, headers };
}

function refuse(
  message: IncomingMessage,
  response: ServerResponse,
  { status, code, message: says = code, headers = {} }: Extract<S3Trouble, { status: number }>,
): void {
  message.resume();
  message.on('end', () => {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${says}</Message></Error>`;
    response.end(message.method === 'HEAD' ? undefined : xml);
  });
}

/** Lets so many bytes of the body through, and then does something in place of sending more. */
function interfere(response: ServerResponse, bytesMax: number, then: () => void): void {
  if (bytesMax === 0) return then();
  let left = bytesMax;
  const write = response.write.bind(response);
  const cut = (chunk: unknown, callback: unknown): boolean => {
    const bytes = Buffer.from(chunk as Uint8Array).subarray(0, left);
    left -= bytes.byteLength;
    write(bytes, () => {
      if (left === 0) then();
      else if (typeof callback === 'function') callback();
    });
    return left > 0;
  };
  response.write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean =>
    left > 0 && cut(chunk, callback ?? encoding);
  response.end = (): ServerResponse => response;
}

async function ageFiles(directory: string, ms: number): Promise<void> {
  for (const name of await readdir(directory, { recursive: true })) {
    const path = join(directory, name);
    const status = await stat(path);
    if (status.isFile()) await utimes(path, status.atime, new Date(status.mtimeMs - ms));
  }
}
