import { once } from 'node:events';
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../ports/clock.ts';
import type { DrillSite, ReceivedMessage } from '../../ports/drill-site.ts';

/**
 * A folder of this machine and a receiver on a free port of it, at `host`. What is in the folder goes with the site; the
 * folder too, if the site has made it.
 */
export async function openLocalSite(
  clock: Clock,
  directory: string,
  host: string = '127.0.0.1',
): Promise<DrillSite> {
  const messages: ReceivedMessage[] = [];
  const receiver = createServer((request, response) => {
    void received(request).then(
      (message) => {
        messages.push({ ...message, at: clock.now() });
        response.writeHead(204).end();
      },
      // It broke off: the sender did not get an answer, and tries again.
      () => response.destroy(),
    );
  });
  receiver.listen(0, host);
  await once(receiver, 'listening');
  await mkdir(directory, { recursive: true });
  return {
    directory,
    publish: (file) => publish(join(directory, file.path), file.text),
    messagesTo: `http://${host.includes(':') ? `[${host}]` : host}:${(receiver.address() as AddressInfo).port}/messages`,
    messages: () => messages,
    clear: async () => {
      messages.length = 0;
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
    },
    [Symbol.asyncDispose]: async () => {
      await close(receiver);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Any time will do, as long as it is always the same: it is part of a file's fingerprint. */
const publishedAt = new Date(Date.UTC(2026, 0, 1));

/** By another name first, so that no listing sees half a file. */
async function publish(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  await writeFile(part, content);
  await utimes(part, publishedAt, publishedAt);
  await rename(part, path);
}

async function received(request: IncomingMessage): Promise<Omit<ReceivedMessage, 'at'>> {
  const body = await text(request);
  const key = request.headers['idempotency-key'];
  return { key: typeof key === 'string' ? key : '', body };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
