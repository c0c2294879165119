import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { createWebhookChannel } from '../../../src/adapters/channels/webhook-channel.ts';
import { failure } from '../../../src/base/errors.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import type { WebhookDefinition } from '../../../src/core/datasets/definition.ts';
import type { Secrets } from '../../../src/ports/secrets.ts';
import { channelConformance, testMessage } from '../../conformance/channel.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const secret = 'a secret of the test';
const secrets: Secrets = {
  resolve: async ({ name }) =>
    name === 'KEY' ? succeed(secret) : fail(failure('SECRET_MISSING', `The secret ${name} is not set`)),
};

type Request = { readonly headers: IncomingMessage['headers']; readonly body: string; readonly url: string };

/** A real HTTP server that keeps what it gets and answers by `answer`, by default with 204. */
async function receiver(answer: (response: ServerResponse, request: IncomingMessage) => void = end(204)) {
  const requests: Request[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        url: request.url ?? '',
      });
      server.emit('received');
      answer(response, request);
    });
  };
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const clock = createFakeClock(Date.UTC(2001, 0, 31, 12, 0, 0, 500));
  const channel = createWebhookChannel({ clock, secrets });
  const url = `http://127.0.0.1:${address.port}/hook/token`;
  return {
    server,
    requests,
    clock,
    channel,
    url,
    deliver: (definition: Partial<WebhookDefinition> = {}, signal = new AbortController().signal) =>
      channel.deliver(
        { id: 'message-1', message: testMessage(), definition: { type: 'webhook', url, ...definition } },
        { signal, timeoutMs: 10_000 },
      ),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await this.close();
    },
  };
}

function end(status: number, body = '', headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse) => void response.writeHead(status, headers).end(body);
}

channelConformance('webhook', async () => {
  const subject = await receiver();
  return {
    channel: subject.channel,
    definition: { type: 'webhook', url: subject.url },
    received: () =>
      subject.requests.map(({ headers, body }) => {
        assert.equal(typeof headers['idempotency-key'], 'string');
        const parsed: { id: string } = JSON.parse(body);
        return { id: parsed.id, text: body };
      }),
    [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose](),
  };
});

describe('webhook', () => {
  it('posts JSON with an idempotency key and a time', async () => {
    await using subject = await receiver();
    assert.ok((await subject.deliver()).ok);
    const [request] = subject.requests;
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.equal(request?.headers['idempotency-key'], 'message-1');
    assert.equal(request?.headers['assay-timestamp'], '980942400');
    assert.equal(request?.headers['assay-signature'], undefined);
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      id: 'message-1',
      ...testMessage(),
      at: '2001-02-01T00:00:00.000Z',
    });
  });

  it('signs time and body with the secret', async () => {
    await using subject = await receiver();
    await subject.deliver({ secret: { from: 'environment', name: 'KEY' } });
    const [request] = subject.requests;
    const expected = createHmac('sha256', secret).update(`980942400.${request?.body}`).digest('hex');
    assert.equal(request?.headers['assay-signature'], `v1=${expected}`);
  });

  it('sends nothing while its secret is missing, but may try again', async () => {
    await using subject = await receiver();
    const outcome = await subject.deliver({ secret: { from: 'environment', name: 'ABSENT' } });
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
    assert.match(outcome.error.causes?.[0] ?? '', /ABSENT/);
    assert.equal(subject.requests.length, 0);
  });

  for (const status of [200, 201, 202, 204]) {
    it(`takes ${status} for delivered`, async () => {
      await using subject = await receiver(end(status));
      assert.ok((await subject.deliver()).ok);
    });
  }

  for (const status of [408, 409, 425, 429, 500, 502, 503, 504]) {
    it(`may try again after ${status}`, async () => {
      await using subject = await receiver(end(status, 'come back later'));
      const outcome = await subject.deliver();
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
      assert.deepEqual(outcome.error.causes, [`${status}: come back later`]);
    });
  }

  for (const status of [300, 301, 302, 307, 400, 401, 403, 404, 410, 413, 422]) {
    it(`is refused for good by ${status}, and goes nowhere else`, async () => {
      await using subject = await receiver(end(status, 'no', { location: '/elsewhere' }));
      const outcome = await subject.deliver();
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_REFUSED');
      assert.deepEqual(
        subject.requests.map(({ url }) => url),
        ['/hook/token'],
      );
    });
  }

  it('fails at its deadline when the receiver hangs', async () => {
    await using subject = await receiver(() => {});
    const received = once(subject.server, 'received');
    const delivering = subject.deliver();
    await received;
    await subject.clock.advance(10_000);
    const outcome = await delivering;
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
    assert.match(JSON.stringify(outcome.error), /no answer within 10000 ms/);
  });

  it('fails when it is stopped, and may try again', async () => {
    await using subject = await receiver(() => {});
    const stop = new AbortController();
    const received = once(subject.server, 'received');
    const delivering = subject.deliver({}, stop.signal);
    await received;
    stop.abort();
    const outcome = await delivering;
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
    assert.equal(subject.clock.sleepers(), 0);
  });

  it('fails when the receiver resets the connection', async () => {
    await using subject = await receiver((_, request) => request.socket.resetAndDestroy());
    const outcome = await subject.deliver();
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
  });

  it('fails when nobody listens', async () => {
    const subject = await receiver();
    await subject.close();
    const outcome = await subject.deliver();
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
    assert.match(outcome.error.causes?.[0] ?? '', /ECONNREFUSED/);
  });

  it('waits for a slow status, but not for the rest of a slow answer', async () => {
    await using subject = await receiver((response) => {
      setImmediate(() => void response.writeHead(200).write('first bytes, then nothing more'));
    });
    assert.ok((await subject.deliver()).ok);
  });

  it('reads no more than the start of an endless answer', async () => {
    await using subject = await receiver((response) => {
      const more = () => {
        while (!response.destroyed && response.write('no '.repeat(10_000)));
      };
      response.writeHead(500).on('drain', more);
      more();
    });
    const outcome = await subject.deliver();
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
    assert.ok((outcome.error.causes?.[0] ?? '').length <= 210);
  });

  it('keeps its verdict when an answer breaks off after the status', async () => {
    await using subject = await receiver((response, request) => {
      response.writeHead(404, { 'content-length': '1000' });
      response.write('no such', () => request.socket.destroy());
    });
    const outcome = await subject.deliver();
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_REFUSED');
  });

  it('never tells the path of the address, which may hold a token', async () => {
    for (const answer of [
      end(500),
      end(404),
      (_: ServerResponse, request: IncomingMessage) => void request.socket.destroy(),
    ]) {
      await using subject = await receiver(answer);
      assert.doesNotMatch(JSON.stringify(await subject.deliver()), /token/);
    }
  });

  it('refuses what is no address', async () => {
    await using subject = await receiver();
    const outcome = await subject.deliver({ url: 'https://' });
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_REFUSED');
  });

  it('encodes ids that no header could hold', async () => {
    await using subject = await receiver();
    const definition = { type: 'webhook', url: subject.url } as const;
    const wait = { signal: new AbortController().signal, timeoutMs: 1_000 };
    const outcome = await subject.channel.deliver(
      { id: 'a ä\n😀', message: testMessage(), definition },
      wait,
    );
    assert.ok(outcome.ok);
    assert.equal(subject.requests[0]?.headers['idempotency-key'], 'a%20%C3%A4%0A%F0%9F%98%80');
  });
});
