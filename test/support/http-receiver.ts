import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export type ReceivedPost = { readonly headers: IncomingHttpHeaders; readonly body: string };

export type Answer = {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A real HTTP server that keeps what is posted to it. */
export type HttpReceiver = AsyncDisposable & {
  readonly url: string;
  readonly posts: readonly ReceivedPost[];
};

/** Answers by `answer`, by default with 200. */
export async function startHttpReceiver(
  answer: () => Answer = () => ({ status: 200 }),
): Promise<HttpReceiver> {
  const posts: ReceivedPost[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posts.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      const { status, body, headers } = answer();
      response.writeHead(status, headers).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    url: `http://127.0.0.1:${address.port}/services/token`,
    posts,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
