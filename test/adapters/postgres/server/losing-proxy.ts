import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of a commit: it never arrives, or it is done and its answer never arrives. */
export type Loss = 'request' | 'answer';

/** Stands between a client and a PostgreSQL server, and cuts a connection in the middle of its next commit on demand. */
export type LosingProxy = AsyncDisposable & {
  /** The URL of the same database through the proxy. */
  readonly url: string;
  loseNextCommit(loss: Loss): void;
  /** The same for the next statement that begins a commit of a task, which is a transaction by itself. */
  loseNextClaim(loss: Loss): void;
  /** Cuts the connection that brings so many more bytes from the server. */
  loseAfterBytes(bytes: number): void;
  /** How often something was lost. */
  lost(): number;
};

/** Starts a proxy to the server of a URL. */
export async function startLosingProxy(url: string): Promise<LosingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let next: { readonly loss: Loss; readonly isMeant: (chunk: Buffer) => boolean } | undefined;
  let lost = 0;
  let bytesLeft = Number.POSITIVE_INFINITY;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (chunk) => {
      bytesLeft -= chunk.byteLength;
      if (bytesLeft > 0) {
        client.write(chunk);
        return;
      }
      bytesLeft = Number.POSITIVE_INFINITY;
      lost += 1;
      client.destroy();
    });
    client.on('data', (chunk) => {
      if (next?.isMeant(chunk) !== true) {
        upstream.write(chunk);
        return;
      }
      const { loss } = next;
      next = undefined;
      lost += 1;
      if (loss === 'request') {
        client.destroy();
        return;
      }
      upstream.removeAllListeners('data');
      upstream.once('data', () => client.destroy());
      upstream.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    loseNextCommit: (loss) => {
      next = { loss, isMeant: isCommit };
    },
    loseNextClaim: (loss) => {
      next = { loss, isMeant: (chunk) => chunk.includes('insert into task_outcome') };
    },
    loseAfterBytes: (bytes) => {
      bytesLeft = bytes;
    },
    lost: () => lost,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** A simple query (`Q`, its length, its text) that is `commit`. */
function isCommit(chunk: Buffer): boolean {
  return chunk[0] === 0x51 && chunk.subarray(5).toString('latin1') === 'commit\0';
}
