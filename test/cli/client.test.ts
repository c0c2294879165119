import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { type ServerEvent, serverEvents } from '../../src/cli/client/server-events.ts';
import { Client } from '../../src/cli/client.ts';
import { eventually } from '../support/eventually.ts';
import { createFakeClock } from '../support/fake-clock.ts';

describe('the client', () => {
  it('gives up on a service that does not answer in time', async () => {
    await using other = await listening(() => {});
    const clock = createFakeClock();
    const asked = new Client({ url: other.url, clock, timeoutMs: 5_000 }).datasets();
    await eventually('it waits', () => clock.sleepers() === 1);
    await clock.advance(5_000);
    const outcome = await asked;
    assert.ok(!outcome.ok);
    assert.equal(outcome.error.code, 'SERVICE_UNREACHABLE');
    assert.match(outcome.error.message, /did not answer within 5\.0 s/);
  });

  it('does not take another program for the service', async () => {
    for (const [status, body] of [
      [200, '<html>'],
      [404, '<html>'],
      [500, '{"error": "no"}'],
      [302, ''],
    ] as const) {
      await using other = await listening((_request, response) => {
        response.writeHead(status, { location: 'http://example.org/' });
        response.end(body);
      });
      const outcome = await new Client({ url: other.url, clock: createFakeClock() }).datasets();
      assert.ok(!outcome.ok, String(status));
      assert.equal(outcome.error.code, 'SERVICE_UNREACHABLE');
    }
  });

  it('keeps the words of errors that only a newer service knows', async () => {
    await using newer = await listening((_request, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'MOON_FULL', detail: 'the moon is full', hint: 'wait' }));
    });
    const outcome = await new Client({ url: newer.url, clock: createFakeClock() }).datasets();
    assert.ok(!outcome.ok);
    assert.equal(outcome.error.message, 'MOON_FULL: the moon is full');
    assert.equal(outcome.error.hint, 'wait');
  });

  it('opens a stream anew that fell silent, and gives up when that happens again and again', async () => {
    let streams = 0;
    await using silent = await listening((_request, response) => {
      streams += 1;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': here\n\n');
    });
    const clock = createFakeClock();
    const follow = new Client({ url: silent.url, clock }).followBackfill('b1', new AbortController().signal);
    const first = follow.next();
    let over = false;
    void first.then(() => {
      over = true;
    });
    const outcome = await eventually('it gives up', async () => {
      await clock.advance(15_000);
      return over ? first : undefined;
    });
    assert.ok(outcome.value !== undefined && !outcome.value.ok);
    assert.equal(outcome.value.error.code, 'SERVICE_UNREACHABLE');
    assert.ok(streams > 5, String(streams));
  });
});

describe('server-sent events', () => {
  it('are the same however their bytes are cut', async () => {
    const text =
      ': hello\n\nevent: progress\ndata: {"a":\ndata: "ü€😀"}\n\ndata: x\r\n\r\nevent: lonely\n\ndata: cut';
    const bytes = new TextEncoder().encode(text);
    const expected = [
      { event: 'progress', data: '{"a":\n"ü€😀"}' },
      { event: 'message', data: 'x' },
    ];
    for (let size = 1; size <= bytes.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const events = await eventsOf(chunks);
      assert.deepEqual(events, expected, `in pieces of ${size}`);
    }
  });

  it('that never end are refused instead of filling the memory', async () => {
    const endless = Array.from({ length: 40 }, () => new Uint8Array(100_000).fill(97));
    await assert.rejects(eventsOf(endless), /too long/);
  });
});

async function eventsOf(chunks: readonly Uint8Array[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(ReadableStream.from(chunks), () => {})) events.push(event);
  return events;
}

async function listening(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
