import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** A server of DynamoDB's protocol in this process. */
export type DynamoServer = AsyncDisposable & {
  readonly endpoint: string;
  /** Answers the next `count` calls of data as a table does that is used beyond its capacity. */
  throttle(count: number): void;
  /** Calls of data by the name of the operation, since the start. */
  calls(operation: string): number;
};

type Dynalite = (options: { readonly createTableMs: number }) => Server;

/** Starts it on a free port, with nothing in it. */
export async function startDynamo(): Promise<DynamoServer> {
  const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite;
  const store = dynalite({ createTableMs: 10 });
  const storePort = await listen(store);
  const counts = new Map<string, number>();
  let throttled = 0;
  // In front of it, because it never throttles.
  const front = createServer((incoming, answer) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    if (throttled > 0 && !operation.endsWith('Table')) {
      throttled -= 1;
      incoming.resume();
      answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      answer.end(
        JSON.stringify({ __type: `${prefix}ProvisionedThroughputExceededException`, message: 'busy' }),
      );
      return;
    }
    const passed = request(
      {
        port: storePort,
        host: '127.0.0.1',
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (given: IncomingMessage) => {
        answer.writeHead(given.statusCode ?? 500, given.headers);
        given.pipe(answer);
      },
    );
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  const port = await listen(front);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    throttle: (count) => {
      throttled = count;
    },
    calls: (operation) => counts.get(operation) ?? 0,
    [Symbol.asyncDispose]: async () => {
      for (const server of [front, store]) {
        server.closeAllConnections();
        await new Promise((resolve) => {
          server.close(resolve);
        });
      }
    },
  };
}

const prefix = 'com.amazonaws.dynamodb.v20120810#';

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
