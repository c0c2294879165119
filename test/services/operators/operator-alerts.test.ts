import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWebhookChannel } from '../../../src/adapters/channels/webhook-channel.ts';
import { createLog } from '../../../src/adapters/system/log.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { failure } from '../../../src/base/errors.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import type { OperatorMessage } from '../../../src/core/notifications/operator-message.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { OperatorChannel } from '../../../src/ports/operator-channel.ts';
import { OperatorAlerts } from '../../../src/services/operators/operator-alerts.ts';
import { eventually } from '../../support/eventually.ts';
import { type Answer, type HttpReceiver, startHttpReceiver } from '../../support/http-receiver.ts';
import { type TestKit, testKit } from '../../support/kit.ts';

const origin = { role: 'node', name: 'n1', host: 'h1', process: 7, version: '1.0.0' };

/** A real log whose errors go to these channels. */
function logTelling(
  kit: TestKit,
  channels: readonly OperatorChannel[],
): { log: Log; alerts: OperatorAlerts } {
  const alerts = new OperatorAlerts(kit, channels, origin);
  const onError = alerts.note.bind(alerts);
  const log = createLog({ level: 'error', fields: { role: 'node' }, stream: { write: () => {} }, onError });
  return { log, alerts };
}

function webhookTo(kit: TestKit, receiver: HttpReceiver): OperatorChannel {
  const webhook = createWebhookChannel({ clock: kit.clock, secrets: createSecrets({ environment: {} }) });
  const definition = { type: 'webhook', url: receiver.url } as const;
  return {
    name: 'webhook:OPS',
    deliver: (id, message, wait) => webhook.deliver({ id, message, definition }, wait),
  };
}

function keeping(answer: () => ReturnType<OperatorChannel['deliver']> = async () => succeed(undefined)) {
  const told: { id: string; message: OperatorMessage }[] = [];
  const channel: OperatorChannel = {
    name: 'kept',
    deliver: (id, message) => {
      told.push({ id, message });
      return answer();
    },
  };
  return { told, channel };
}

/** Waits until so many posts have come and the answer to the last one, too. */
function toldBy(kit: TestKit, receiver: HttpReceiver, count: number): Promise<unknown> {
  const isTold = () => receiver.posts.length === count && kit.clock.sleepers() === 0;
  return eventually('they were told', isTold, 60_000, 5);
}

const broken = failure('BATCH_CORRUPT', 'a batch does not fit', {
  hint: 'restore it',
  cause: new Error('bits'),
});

describe('operators', () => {
  it('hear of an error at once, and of a storm of 10,000 once more after an hour, with the number', async () => {
    await using receiver = await startHttpReceiver();
    const kit = testKit();
    const { log, alerts } = logTelling(kit, [webhookTo(kit, receiver)]);
    log.error('a batch is broken', { failure: broken, job: 'j1', traceId: 'a'.repeat(32) });
    await toldBy(kit, receiver, 1);
    for (let i = 1; i < 10_000; i += 1) log.error('a batch is broken', { failure: broken, job: `j${i}` });
    await kit.clock.advance(limits.operatorRepeatMs - 1_000);
    assert.equal(receiver.posts.length, 1);
    await kit.clock.advance(1_000);
    await toldBy(kit, receiver, 2);
    const [first, second] = receiver.posts.map(({ body }) => JSON.parse(body) as OperatorMessage);
    assert.deepEqual([first?.count, second?.count], [1, 9_999]);
    assert.equal(first?.title, 'BATCH_CORRUPT: a batch is broken');
    assert.deepEqual(first.lines, [
      'a batch does not fit',
      'caused by: bits',
      'what to do: restore it',
      'once',
      'job j1',
      'node n1, process 7 on h1, Assay 1.0.0',
      `trace ${'a'.repeat(32)}`,
      'explained in docs/errors.md#BATCH_CORRUPT',
    ]);
    assert.match(String(receiver.posts[0]?.headers['traceparent']), /^00-a{32}-/);
    // Nothing more comes of it by itself.
    await kit.clock.advance(3 * limits.operatorRepeatMs);
    assert.equal(receiver.posts.length, 2);
    alerts.stop();
  });

  it('hear of a storm of 10,000 kinds of errors in a bounded number of messages', async () => {
    const kit = testKit();
    const { told, channel } = keeping();
    const { log, alerts } = logTelling(kit, [channel]);
    for (let i = 0; i < 10_000; i += 1) log.error(`place ${i}`);
    await kit.clock.advance(0);
    assert.equal(told.length, limits.operatorGroupsMax + 1);
    const count = told.reduce((sum, { message }) => sum + message.count, 0);
    assert.equal(count, 10_000);
    // Places of kinds that are over are free again.
    await kit.clock.advance(limits.operatorRepeatMs);
    log.error('a new place');
    await kit.clock.advance(0);
    assert.equal(told.at(-1)?.message.error.place, 'a new place');
    alerts.stop();
  });

  it('hear of an error that comes in the moment in which the one before has been told', async () => {
    const kit = testKit();
    for (let turns = 0; turns < 12; turns += 1) {
      const { told, channel } = keeping();
      const { log, alerts } = logTelling(kit, [channel]);
      log.error('first');
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      log.error('second');
      await kit.clock.advance(0);
      assert.equal(told.length, 2, `after ${turns} turns`);
      alerts.stop();
    }
  });

  it('hear of it when their receiver is back, as the same message', async () => {
    let answer: Answer = { status: 503 };
    await using receiver = await startHttpReceiver(() => answer);
    const kit = testKit();
    const { log, alerts } = logTelling(kit, [webhookTo(kit, receiver)]);
    log.error('a batch is broken', { failure: broken });
    await eventually(
      'it was tried',
      () => receiver.posts.length === 1 && kit.log.events.length === 1,
      60_000,
      5,
    );
    answer = { status: 200 };
    await kit.clock.advance(limits.retryBaseMs);
    await toldBy(kit, receiver, 2);
    const keys = receiver.posts.map(({ headers }) => headers['idempotency-key']);
    assert.equal(keys[0], keys[1]);
    assert.deepEqual(
      kit.log.events.map(({ level }) => level),
      ['warn'],
    );
    alerts.stop();
  });

  it('are tried for a bounded time, and what they missed is counted in the next message', async () => {
    const kit = testKit();
    let isDown = true;
    const { told, channel } = keeping(async () =>
      isDown ? fail(failure('DELIVERY_FAILED', 'away')) : succeed(undefined),
    );
    const { log, alerts } = logTelling(kit, [channel]);
    log.error('a batch is broken', { failure: broken });
    await kit.clock.advance(limits.operatorTriesMs + limits.retryCapMs);
    const tries = told.length;
    assert.ok(tries > 3 && tries < 100, `${tries} tries`);
    log.error('a batch is broken', { failure: broken });
    await kit.clock.advance(10 * limits.retryCapMs);
    assert.equal(told.length, tries);
    isDown = false;
    await kit.clock.advance(limits.operatorRepeatMs);
    assert.equal(told.at(-1)?.message.count, 2);
    assert.equal(told.length, tries + 1);
    alerts.stop();
  });

  it('are told by each address by itself: one that hangs holds up no other', async () => {
    const kit = testKit();
    const hanging = keeping(() => new Promise(() => {}));
    const { told, channel } = keeping();
    const { log, alerts } = logTelling(kit, [hanging.channel, channel]);
    log.error('a batch is broken', { failure: broken });
    await kit.clock.advance(0);
    assert.equal(told.length, 1);
    alerts.stop();
  });

  it('never make the work fail that logs, whatever is logged and whatever a channel does', async () => {
    const kit = testKit();
    const { log, alerts } = logTelling(kit, [
      {
        name: 'broken',
        deliver: () => {
          throw new Error('a broken channel');
        },
      },
    ]);
    const odd: Record<string, unknown> = { failure: { code: 5, message: {}, causes: 'none' } };
    Object.defineProperty(odd, 'error', {
      enumerable: true,
      get: () => new Proxy({}, { ownKeys: () => assert.fail('unreadable') }),
    });
    for (const fields of [undefined, {}, odd, { error: 7 }, { failure: null }, { error: new Error('x') }]) {
      assert.doesNotThrow(() => log.error('odd', fields));
    }
    await kit.clock.advance(limits.retryCapMs);
    alerts.stop();
  });

  it('see neither secrets nor values of rows', async () => {
    const kit = testKit();
    const { told, channel } = keeping();
    const { log, alerts } = logTelling(kit, [channel]);
    const error = new Error('postgres://assay:hidden@db/assay does not answer');
    log.error('the database is away', {
      error,
      password: 'hidden',
      rows: [{ name: 'hidden' }],
      sample: 'hidden',
    });
    const unreadable = failure('SOURCE_UNREADABLE', 'line 5: hidden', { cause: new Error('hidden') });
    log.error('a task failed for good', { failure: unreadable, job: 'j1' });
    await kit.clock.advance(0);
    assert.equal(told.length, 2);
    assert.doesNotMatch(JSON.stringify(told), /hidden/);
    assert.equal(told[1]?.message.error.message, 'The source can not be read at all');
    alerts.stop();
  });

  it('hear of the error that ends a process before it ends, and a silent address delays its end no longer than that', async () => {
    const kit = testKit();
    const { told, channel } = keeping();
    const hanging = keeping(() => new Promise(() => {}));
    const alerts: OperatorAlerts = new OperatorAlerts(
      { ...kit, log: { ...kit.log, error: (message, fields) => alerts.note(message, fields ?? {}) } },
      [channel, hanging.channel],
      origin,
    );
    let isOver = false;
    void alerts.alarm(failure('INTERNAL', 'an invariant broke')).then(() => {
      isOver = true;
    });
    await kit.clock.advance(0);
    assert.equal(told[0]?.message.error.message, 'an invariant broke');
    assert.equal(isOver, false);
    await kit.clock.advance(limits.operatorFlushMs);
    assert.equal(isOver, true);
    alerts.stop();
  });
});
