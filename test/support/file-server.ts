import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A file that a server has: what it says of it may be untrue. */
export type ServedFile = {
  body: Buffer;
  /** Headers of every answer with it; undefined takes one away. */
  headers: Record<string, string | undefined>;
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export type FileServer = AsyncDisposable & {
  readonly url: string;
  /** By path with query. */
  readonly files: Map<string, ServedFile>;
  /** What it does instead of its work, as long as it is set: by path, or `*` for all. */
  readonly instead: Map<string, Answer>;
  /** `METHOD path` of each request, with those of its headers that matter. */
  readonly requests: { line: string; headers: IncomingMessage['headers'] }[];
  /** Does its work, for those who only wanted to look first. */
  serve(request: IncomingMessage, response: ServerResponse): void;
  /** Breaks all connections off. */
  hangUp(): void;
  put(path: string, text: string | Buffer, headers?: ServedFile['headers']): void;
};

/** A real server of files over HTTP with entity tags, times, ranges and conditions; with a certificate over HTTPS. */
export async function startFileServer(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<FileServer> {
  const files: FileServer['files'] = new Map();
  const instead: FileServer['instead'] = new Map();
  const requests: FileServer['requests'] = [];
  const listener: RequestListener = (request, response) => {
    const path = request.url ?? '/';
    requests.push({ line: `${request.method} ${path}`, headers: request.headers });
    const other = instead.get(path) ?? instead.get('*');
    if (other !== undefined) return other(request, response);
    answer(request, response);
  };
  const answer: Answer = (request, response) => {
    const file = files.get(request.url ?? '/');
    if (file === undefined) response.writeHead(404).end();
    else serve(file, request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  let written = 0;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    files,
    instead,
    requests,
    serve: answer,
    hangUp: () => server.closeAllConnections(),
    put: (path, text, headers = {}) => {
      const body = Buffer.from(text);
      const etag = `"${createHash('md5').update(body).digest('hex')}"`;
      const modified = new Date(Date.UTC(2001, 0, 1) + ++written * 1_000).toUTCString();
      files.set(path, { body, headers: { etag, 'last-modified': modified, ...headers } });
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  };
}

function serve({ body, headers }: ServedFile, request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) response.setHeader(name, value);
  const [, start] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const condition = request.headers['if-range'];
  const isSame =
    condition === undefined || condition === headers['etag'] || condition === headers['last-modified'];
  if (start === undefined || !isSame) return send(response, request, body);
  const [, end] = /-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = body.subarray(Number(start), end === undefined ? undefined : Number(end) + 1);
  if (part.length === 0) return void response.writeHead(416).end();
  response.statusCode = 206;
  response.setHeader('content-range', `bytes ${start}-${Number(start) + part.length - 1}/${body.length}`);
  send(response, request, part);
}

function send(response: ServerResponse, request: IncomingMessage, body: Buffer): void {
  if (!response.hasHeader('content-length')) response.setHeader('content-length', body.length);
  assert.ok(request.method === 'GET' || request.method === 'HEAD');
  response.end(request.method === 'HEAD' ? undefined : body);
}
