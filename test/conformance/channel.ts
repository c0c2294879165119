import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRetryable } from '../../src/base/errors.ts';
import { parseDatasetName, partitionKey } from '../../src/base/ids.ts';
import { instant, minute } from '../../src/base/units.ts';
import type { NotifyDefinition } from '../../src/core/datasets/definition.ts';
import type { Message } from '../../src/core/notifications/message.ts';
import type { Channel } from '../../src/ports/channel.ts';
import type { Wait } from '../../src/ports/provider.ts';

/** A channel under test, and what its receiver got. */
export type ChannelSubject = AsyncDisposable & {
  readonly channel: Channel;
  readonly definition?: NotifyDefinition;
  /** Everything that arrived until now, in order. */
  received(): readonly { readonly id: string; readonly text: string }[];
};

/** The rules that every channel keeps. */
export function channelConformance(name: string, create: () => Promise<ChannelSubject>): void {
  describe(`channel: ${name}`, () => {
    it('delivers a message with its id, title, lines and dataset', async () => {
      await using subject = await create();
      const message = testMessage({
        title: 'flights 2001-01-31: 2 checks fail',
        lines: ['delay.avg is high'],
      });
      assert.deepEqual(await deliver(subject, 'id-1', message), { ok: true, value: undefined });
      const [first, ...others] = subject.received();
      assert.equal(others.length, 0);
      assert.equal(first?.id, 'id-1');
      for (const part of [message.title, 'delay.avg is high', 'flights'])
        assert.ok(first.text.includes(part), part);
    });

    it('delivers a repeated message under the same id', async () => {
      await using subject = await create();
      await deliver(subject, 'same', testMessage());
      await deliver(subject, 'same', testMessage());
      assert.deepEqual(
        subject.received().map(({ id }) => id),
        ['same', 'same'],
      );
    });

    it('delivers messages of every kind and status, and of any text', async () => {
      await using subject = await create();
      const messages = [
        ...(['pass', 'warn', 'fail', 'error', 'not_evaluated'] as const).map((status) =>
          testMessage({ status }),
        ),
        testMessage({ kind: 'backfill_finished' }),
        testMessage({
          title: 'Ärger 😀 \u0000\r\n"',
          lines: Array.from({ length: 20 }, () => 'x'.repeat(1_000)),
        }),
        testMessage({ partition: partitionKey('country=Ä%00') }),
      ];
      for (const [at, message] of messages.entries()) {
        const outcome = await deliver(subject, `id ${at}/ä`, message);
        assert.ok(outcome.ok, outcome.ok ? '' : outcome.error.message);
      }
      assert.equal(subject.received().length, messages.length);
      assert.equal(new Set(subject.received().map(({ id }) => id)).size, messages.length);
    });

    it('delivers concurrent messages', async () => {
      await using subject = await create();
      const ids = Array.from({ length: 20 }, (_, at) => `id-${at}`);
      await Promise.all(ids.map((id) => deliver(subject, id, testMessage())));
      assert.deepEqual(new Set(subject.received().map(({ id }) => id)), new Set(ids));
    });

    it('ends at once when it is stopped, and lets the message be tried again', async () => {
      await using subject = await create();
      const outcome = await deliver(subject, 'id', testMessage(), {
        signal: AbortSignal.abort(),
        timeoutMs: minute,
      });
      if (!outcome.ok) assert.ok(isRetryable(outcome.error));
    });
  });
}

/** A message about a checked partition. */
export function testMessage(parts: Partial<Message> = {}): Message {
  const dataset = parseDatasetName('flights');
  assert.ok(dataset);
  return {
    kind: 'partition_checked',
    dataset,
    partition: partitionKey('2001-01-31'),
    revision: 1,
    status: 'fail',
    title: 'flights 2001-01-31: fail',
    lines: [],
    counts: { pass: 1, warn: 0, fail: 1, error: 0, not_evaluated: 0 },
    incidents: [],
    at: instant(Date.UTC(2001, 1, 1)),
    ...parts,
  };
}

async function deliver(
  { channel, definition }: ChannelSubject,
  id: string,
  message: Message,
  wait: Wait = { signal: new AbortController().signal, timeoutMs: minute },
) {
  return await channel.deliver({ id, message, ...(definition === undefined ? {} : { definition }) }, wait);
}
