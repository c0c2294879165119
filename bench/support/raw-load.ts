import { connect, type Socket } from 'node:net';

/** What a number of connections got in a time, each with one request under way. */
export type Load = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };

/** Asks for an address again and again over so many connections. A plain client, so that it takes little of the machine. */
export async function load(
  url: string,
  { connections, ms }: { readonly connections: number; readonly ms: number },
): Promise<Load> {
  const times: number[] = [];
  const started = performance.now();
  const until = started + ms;
  await Promise.all(Array.from({ length: connections }, () => askUntil(url, { until, times })));
  const took = performance.now() - started;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { perSecond: (1_000 * times.length) / took, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Opens a stream and keeps it open; resolves with its socket when its first bytes are there. */
export function openStream(url: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\n\r\n`);
    });
    socket.on('data', () => resolve(socket));
    socket.on('error', reject);
  });
}

function askUntil(
  url: string,
  { until, times }: { readonly until: number; readonly times: number[] },
): Promise<void> {
  const { hostname, port, pathname, search } = new URL(url);
  const request = Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let sentAt = 0;
    let missing = 0;
    const ask = (): void => {
      sentAt = performance.now();
      socket.write(request);
    };
    const socket = connect(Number(port), hostname, ask);
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      missing = missing === 0 ? restOf(chunk) : missing - chunk.length;
      if (missing > 0) return;
      times.push(performance.now() - sentAt);
      if (performance.now() < until) ask();
      else socket.end(resolve);
    });
  });
}

/** Bytes of an answer that are not in its first chunk, whose head is whole. */
function restOf(chunk: Buffer): number {
  const head = chunk.subarray(0, 2_048).toString('latin1');
  const end = head.indexOf('\r\n\r\n');
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? [];
  const [, length] = /content-length: (\d+)/i.exec(head) ?? [];
  if (end < 0 || status !== '200' || length === undefined)
    throw new Error(`no answer: ${head.slice(0, 200)}`);
  return Number(length) - (chunk.length - end - 4);
}
