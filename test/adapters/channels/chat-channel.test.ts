import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSlackChannel, createTeamsChannel } from '../../../src/adapters/channels/chat-channel.ts';
import { slackBody } from '../../../src/adapters/channels/slack-body.ts';
import { teamsBody } from '../../../src/adapters/channels/teams-body.ts';
import { failure } from '../../../src/base/errors.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import type { Secrets } from '../../../src/ports/secrets.ts';
import { channelConformance, testMessage } from '../../conformance/channel.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { type Answer, startHttpReceiver } from '../../support/http-receiver.ts';

const kinds = { slack: createSlackChannel, teams: createTeamsChannel } as const;

async function receiverOf(type: keyof typeof kinds, answer?: () => Answer) {
  const receiver = await startHttpReceiver(answer);
  const secrets: Secrets = {
    resolve: async ({ name }) =>
      name === 'URL'
        ? succeed(receiver.url)
        : fail(failure('SECRET_MISSING', `The secret ${name} is not set`)),
  };
  const clock = createFakeClock(Date.UTC(2001, 0, 31, 12));
  const channel = kinds[type]({ clock, secrets, publicUrl: undefined });
  const definition = (name = 'URL') => ({ type, url: { from: 'environment', name } }) as const;
  return {
    ...receiver,
    channel,
    definition: definition(),
    deliver: (name = 'URL') =>
      channel.deliver(
        { id: 'm', message: testMessage(), definition: definition(name) },
        { signal: new AbortController().signal, timeoutMs: 10_000 },
      ),
  };
}

for (const type of ['slack', 'teams'] as const) {
  channelConformance(type, async () => {
    const receiver = await receiverOf(type);
    return {
      ...receiver,
      received: () => receiver.posts.map(({ body }) => ({ id: keyIn(type, body), text: body })),
    };
  });

  describe(type, () => {
    it('waits as long as the service asks', async () => {
      await using later = await receiverOf(type, () => ({ status: 429, headers: { 'retry-after': '30' } }));
      const outcome = await later.deliver();
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
      assert.equal(outcome.error.retryAfterMs, 30_000);
      const date = new Date(Date.UTC(2001, 0, 31, 12, 1)).toUTCString();
      await using dated = await receiverOf(type, () => ({ status: 503, headers: { 'retry-after': date } }));
      const second = await dated.deliver();
      assert.ok(!second.ok);
      assert.equal(second.error.retryAfterMs, 60_000);
    });

    it('gives up what the service refuses, says why, and never tells the address', async () => {
      await using receiver = await receiverOf(type, () => ({ status: 404, body: 'no_service' }));
      const outcome = await receiver.deliver();
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_REFUSED');
      assert.match(JSON.stringify(outcome.error), /404: no_service/);
      assert.doesNotMatch(JSON.stringify(outcome.error), /token/);
    });

    it('keeps the message while its address is missing', async () => {
      await using receiver = await receiverOf(type);
      const outcome = await receiver.deliver('ABSENT');
      assert.ok(!outcome.ok && outcome.error.code === 'DELIVERY_FAILED');
      assert.equal(receiver.posts.length, 0);
    });
  });
}

const huge = testMessage({
  title: '<!channel> & '.repeat(500),
  lines: Array.from({ length: 20 }, () => '&<>"\u0001ä😀'.repeat(2_000)),
  incidents: Array.from({ length: 20 }, (_, at) => ({
    id: `i-${at}`,
    state: 'new',
    title: '>'.repeat(3_000),
  })),
});

it('Slack gets blocks within its limits, whose text can mention nobody', () => {
  const body = slackBody({ id: 'x'.repeat(5_000), message: huge }, 'https://assay.example.org') as {
    text: string;
    blocks: { text?: { text: string; verbatim: boolean } }[];
  };
  assert.ok(body.blocks.length <= 50 && body.text.length <= 4_000);
  for (const { text } of body.blocks) {
    if (text === undefined) continue;
    assert.ok(text.text.length <= 3_000 && text.verbatim);
    assert.doesNotMatch(text.text, /<!/);
    assert.doesNotMatch(text.text, /&(?!amp;|lt;|gt;)/, 'no half of an entity');
  }
  assert.match(body.text, /^✗ fail: /);
  const texts = body.blocks.map(({ text }) => text?.text ?? '');
  assert.ok(
    texts.some((text) => text.startsWith('<https://assay.example.org/datasets/flights|Open in Assay>')),
  );
});

it('Teams gets a card below 28 KB without Markdown', () => {
  const body = JSON.stringify(
    teamsBody({ id: 'x'.repeat(5_000), message: huge }, 'https://assay.example.org'),
  );
  assert.ok(Buffer.byteLength(body) <= 28 * 1_024, String(Buffer.byteLength(body)));
  assert.doesNotMatch(body, /"TextBlock"/);
});

it('links to the only incident, else to the dataset', () => {
  const incident = { id: 'i-1', state: 'new', title: 't' };
  const linked = (incidents: (typeof incident)[]) =>
    JSON.stringify(teamsBody({ id: 'm', message: testMessage({ incidents }) }, 'https://a.example.org'));
  assert.match(linked([incident]), /"https:\/\/a\.example\.org\/incidents\/i-1"/);
  assert.match(
    linked([incident, { ...incident, id: 'i-2' }]),
    /"https:\/\/a\.example\.org\/datasets\/flights"/,
  );
});

/** The last text of a body is the key. */
function keyIn(type: 'slack' | 'teams', body: string): string {
  const parsed: unknown = JSON.parse(body);
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'text' && typeof inner === 'string') texts.push(inner);
      else walk(inner);
    }
  };
  walk(type === 'teams' ? parsed : (parsed as { blocks: unknown }).blocks);
  return texts.at(-1) ?? '';
}
