import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { createEmailChannel } from '../../../src/adapters/channels/email-channel.ts';
import { mailOf } from '../../../src/adapters/channels/mail.ts';
import { parseSmtpAddress } from '../../../src/adapters/channels/smtp-address.ts';
import { failure } from '../../../src/base/errors.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import type { Message } from '../../../src/core/notifications/message.ts';
import type { Secrets } from '../../../src/ports/secrets.ts';
import { channelConformance, testMessage } from '../../conformance/channel.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { type SmtpReceiver, smtpError, startSmtpReceiver } from '../../support/smtp-receiver.ts';

const definition = { type: 'email' } as const;

/** A channel to the server under `url`; the `assay@example.org` of its senders is not its machine's name. */
function channelTo(url: string | undefined, clock = createFakeClock()) {
  const secrets: Secrets = {
    resolve: async ({ from, name }) =>
      name === 'ASSAY_SMTP_URL' && from === 'environment' && url !== undefined
        ? succeed(url)
        : fail(failure('SECRET_MISSING', `The secret ${name} is not set`)),
  };
  const channel = createEmailChannel({
    clock,
    secrets,
    publicUrl: 'https://assay.example.org',
    mailFrom: 'assay@example.org',
  });
  const deliver = (parts: Partial<Message> = {}, signal = new AbortController().signal) =>
    channel.deliver(
      { id: 'message-1', message: testMessage(parts), definition, recipient: 'owner@example.org' },
      { signal, timeoutMs: 10_000 },
    );
  return { channel, clock, deliver };
}

function to(server: SmtpReceiver, login = ''): string {
  return `smtp://${login}127.0.0.1:${server.port}`;
}

channelConformance('email', async () => {
  const server = await startSmtpReceiver();
  const { channel } = channelTo(to(server));
  const ids = new Map<string, string>();
  return {
    channel: {
      deliver: (delivery, wait) => {
        const { messageId } = mailOf(delivery, { publicUrl: undefined, domain: 'example.org' });
        ids.set(messageId, delivery.id);
        return channel.deliver({ ...delivery, recipient: 'owner@example.org' }, wait);
      },
    },
    definition,
    received: () =>
      server.mails.map(({ messageId, source }) => ({
        id: ids.get(messageId) ?? messageId,
        text: decoded(source),
      })),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

describe('e-mail', () => {
  it('is one mail however often it is delivered: text and HTML under the same Message-ID', async () => {
    await using server = await startSmtpReceiver();
    const { deliver } = channelTo(to(server));
    const parts = { title: 'half of <b> & more', lines: ['delay: avg +61 %'] };
    assert.ok((await deliver(parts)).ok);
    assert.ok((await deliver(parts)).ok);
    const [first, second] = server.mails;
    assert.ok(first);
    assert.equal(first.messageId, second?.messageId);
    assert.match(first.messageId, /^<[0-9a-f]{40}@example\.org>$/);
    assert.deepEqual([first.from, first.to], ['assay@example.org', ['owner@example.org']]);
    const text = decoded(first.source);
    assert.match(text, /^Auto-Submitted: auto-generated$/im);
    assert.match(text, /- delay: avg \+61 %/);
    assert.match(text, /<li>delay: avg \+61 %<\/li>/);
    assert.match(text, /half of &lt;b&gt; &amp; more/);
    assert.match(text, /https:\/\/assay\.example\.org\/datasets\/flights/);
  });

  it('joins all mails about one incident to one conversation', async () => {
    await using server = await startSmtpReceiver();
    const { deliver } = channelTo(to(server));
    const incident = { id: 'i-1', state: 'new', title: 't' };
    for (const event of ['opened', 'resolved'] as const)
      await deliver({ incidents: [{ ...incident, event }] });
    const references = server.mails.map(({ source }) => /^References: (.+)$/im.exec(source)?.[1]);
    assert.ok(references[0] !== undefined && references[0] === references[1], String(references));
  });

  it('logs in, and a wrong password is tried again and told nowhere', async () => {
    await using server = await startSmtpReceiver({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, callback) =>
        password === 'right/pass' ? callback(null, { user: username }) : callback(smtpError(535, 'no')),
    });
    assert.ok((await channelTo(to(server, 'assay:right%2Fpass@')).deliver()).ok);
    const outcome = await channelTo(to(server, 'assay:wrong-pass@')).deliver();
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
    assert.doesNotMatch(JSON.stringify(outcome.error), /wrong-pass/);
    assert.equal(server.mails.length, 1);
  });

  for (const code of [550, 553]) {
    it(`gives up what is refused with ${code}, and says why`, async () => {
      await using server = await startSmtpReceiver({ refuse: () => smtpError(code, 'no such user') });
      const outcome = await channelTo(to(server)).deliver();
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_REFUSED');
      assert.match(JSON.stringify(outcome.error), /no such user/);
    });
  }

  it('gives up what is refused for its content', async () => {
    await using server = await startSmtpReceiver({
      refuse: ({ source }) => (source === undefined ? undefined : smtpError(554, 'looks like spam')),
    });
    const outcome = await channelTo(to(server)).deliver();
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_REFUSED');
  });

  it('tries again what is greylisted', async () => {
    await using server = await startSmtpReceiver({ refuse: () => smtpError(451, 'come back later') });
    const outcome = await channelTo(to(server)).deliver();
    assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
  });

  it('keeps the message while there is no server, or none that is named', async () => {
    const gone = await startSmtpReceiver();
    const url = to(gone);
    await gone[Symbol.asyncDispose]();
    for (const given of [undefined, 'https://example.org', url]) {
      const outcome = await channelTo(given).deliver();
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
    }
  });

  it('ends at its deadline, and when it is stopped, with a server that never answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    assert.ok(typeof address === 'object' && address !== null);
    try {
      const { deliver, clock } = channelTo(`smtp://127.0.0.1:${address.port}`);
      for (const end of ['deadline', 'stop'] as const) {
        const stop = new AbortController();
        const connected = once(silent, 'connection');
        const delivering = deliver({}, stop.signal);
        const [socket] = await connected;
        const closed = once(socket.resume(), 'close');
        if (end === 'stop') stop.abort();
        else await clock.advance(10_000);
        const outcome = await delivering;
        assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
        await closed;
      }
    } finally {
      silent.close();
    }
  });

  it('sends nothing in the clear to another machine', () => {
    assert.equal(parseSmtpAddress('smtp://mail.example.org')?.tls, 'required');
    assert.deepEqual(parseSmtpAddress('smtps://u:p%40@mail.example.org'), {
      host: 'mail.example.org',
      port: 465,
      tls: 'implicit',
      user: 'u',
      password: 'p@',
    });
    assert.equal(parseSmtpAddress('smtp://127.example.org')?.tls, 'required');
    assert.equal(parseSmtpAddress('smtp://mail.example.org:25?tls=off')?.tls, 'off');
    for (const wrong of ['', 'mail.example.org', 'http://mail.example.org', 'smtp://', 'smtp://%zz:x@h'])
      assert.equal(parseSmtpAddress(wrong), undefined, wrong);
  });

  it('sends nothing to another machine without TLS, or to one whose certificate nobody vouches for', async () => {
    for (const disabledCommands of [['STARTTLS'], []]) {
      await using server = await startSmtpReceiver({ disabledCommands });
      // A name of this machine that is not known as such.
      const outcome = await channelTo(`smtp://0.0.0.0:${server.port}`).deliver();
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
      assert.match(JSON.stringify(outcome.error), disabledCommands.length > 0 ? /STARTTLS/ : /certificate/);
      assert.equal(server.mails.length, 0);
    }
  });
});

/** Quoted-printable and encoded words in plain text, as far as the tests look. */
function decoded(source: string): string {
  const words = source
    .replace(/\r\n /g, '')
    .replace(/=\?UTF-8\?(Q|B)\?([^?]*)\?=/gi, (_, how: string, text: string) =>
      how.toUpperCase() === 'B' ? Buffer.from(text, 'base64').toString() : text.replaceAll('_', ' '),
    );
  return words
    .replace(/=\r\n/g, '')
    .replace(/((?:=[0-9A-F]{2})+)/g, (hex) => Buffer.from(hex.replaceAll('=', ''), 'hex').toString());
}
