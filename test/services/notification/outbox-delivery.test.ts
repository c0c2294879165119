import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { type DatasetName, partitionKey } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import { hour } from '../../../src/base/units.ts';
import type { NotifyDefinition } from '../../../src/core/datasets/definition.ts';
import type { Message } from '../../../src/core/notifications/message.ts';
import type { Channel, Delivery, DeliveryFailure } from '../../../src/ports/channel.ts';
import type { DatasetStore } from '../../../src/ports/dataset-store.ts';
import type { Outbox, PendingMessage } from '../../../src/ports/outbox.ts';
import { OutboxDelivery } from '../../../src/services/notification/outbox-delivery.ts';
import { type TestKit, testKit } from '../../support/kit.ts';

const dataset = 'flights' as DatasetName;
const never = new AbortController().signal;

type Mark = { readonly id: string; readonly error?: string; readonly retryInMs?: number };

/** An outbox that holds one message, and channels that answer as told. */
function setUp(options: {
  channel: string;
  attempts?: number;
  answers?: readonly (DeliveryFailure | undefined)[];
  notify?: readonly NotifyDefinition[];
  whileClaiming?: (kit: TestKit) => Promise<void>;
}) {
  const kit = testKit();
  const marks: Mark[] = [];
  const delivered: Delivery[] = [];
  const pending: PendingMessage = {
    id: 'job/notify/1',
    dataset,
    channel: options.channel,
    message: messageOf(),
    attempts: options.attempts ?? 0,
    createdAt: kit.clock.now(),
  };
  const outbox: Pick<Outbox, 'claim' | 'markDelivered' | 'markFailed'> = {
    claim: async () => {
      await options.whileClaiming?.(kit);
      return [pending];
    },
    markDelivered: async (id) => void marks.push({ id }),
    markFailed: async (id, { error, retryAt }) =>
      void marks.push({
        id,
        error,
        ...(retryAt === undefined ? {} : { retryInMs: retryAt - kit.clock.now() }),
      }),
  };
  const answers = [...(options.answers ?? [])];
  const channel: Channel = {
    deliver: async (delivery) => {
      delivered.push(delivery);
      const answer = answers.shift();
      return answer === undefined ? succeed(undefined) : fail(answer);
    },
  };
  const definition = { notify: options.notify ?? [{ type: 'webhook', url: 'https://one.example.org' }] };
  const datasets: Pick<DatasetStore, 'get'> = {
    get: async () => ({ definition }) as unknown as Awaited<ReturnType<DatasetStore['get']>>,
  };
  const parts = {
    outbox: outbox as Outbox,
    datasets: datasets as DatasetStore,
    channels: { log: channel, webhook: channel, slack: channel, teams: channel, email: channel },
  };
  return { kit, marks, delivered, delivery: new OutboxDelivery(kit, parts) };
}

function messageOf(): Message {
  return {
    kind: 'partition_checked',
    dataset,
    partition: partitionKey('2001-01-01'),
    status: 'pass',
    title: 'flights 2001-01-01: all checks pass',
    lines: [],
    counts: { pass: 1, warn: 0, fail: 0, error: 0, not_evaluated: 0 },
    incidents: [],
    at: testKit().clock.now(),
  };
}

describe('the delivery of the outbox', () => {
  it('gives a webhook message to the channel that the dataset defines now, under its own key', async () => {
    const { delivery, delivered, marks, kit } = setUp({ channel: 'webhook:0' });
    assert.equal(await delivery.deliverDue(never), true);
    assert.deepEqual(delivered[0]?.definition, { type: 'webhook', url: 'https://one.example.org' });
    assert.equal(delivered[0]?.id, 'job/notify/1');
    assert.deepEqual(marks, [{ id: 'job/notify/1' }]);
    assert.equal(kit.telemetry.total('assay_deliveries_total', { channel: 'webhook', end: 'delivered' }), 1);
  });

  it('sends a message to the log when its webhook is no longer defined', async () => {
    const { delivery, delivered } = setUp({ channel: 'webhook:7' });
    await delivery.deliverDue(never);
    assert.equal(delivered[0]?.definition, undefined);
  });

  it('tries a failure again later, within the back-off of its attempt', async () => {
    const answers = [failure('DELIVERY_FAILED', 'the receiver is down')];
    const { delivery, marks } = setUp({ channel: 'log', attempts: 4, answers });
    await delivery.deliverDue(never);
    const [mark] = marks;
    assert.match(mark?.error ?? '', /DELIVERY_FAILED: the receiver is down/);
    assert.ok(
      mark?.retryInMs !== undefined && mark.retryInMs >= 0 && mark.retryInMs <= limits.retryBaseMs * 2 ** 4,
    );
  });

  it('waits as long as the receiver asks, within reason', async () => {
    const { deliveryRetryAfterMsMax: most } = limits;
    for (const [asked, waited] of [
      [hour, hour],
      [2 * most, most],
    ] as const) {
      const answers = [{ ...failure('DELIVERY_FAILED', 'busy'), retryAfterMs: asked }];
      const { delivery, marks } = setUp({ channel: 'webhook:0', answers });
      await delivery.deliverDue(never);
      assert.equal(marks[0]?.retryInMs, waited);
    }
  });

  it('tries again after the quiet hours what failed before them', async () => {
    // The clock of the test stands at midnight.
    const quietHours = { from: 0, to: 7 * 60, timeZone: 'UTC', exceptFail: false };
    const { delivery, marks } = setUp({
      channel: 'webhook:0',
      answers: [failure('DELIVERY_FAILED', 'away')],
      notify: [{ type: 'webhook', url: 'https://one.example.org', quietHours }],
    });
    await delivery.deliverDue(never);
    assert.equal(marks[0]?.retryInMs, 7 * hour);
  });

  it('gives an e-mail to its recipient, whatever stands in the address', async () => {
    const { delivery, delivered } = setUp({
      channel: 'email:0:a:b@example.org',
      notify: [{ type: 'email' }],
    });
    await delivery.deliverDue(never);
    assert.deepEqual(
      [delivered[0]?.recipient, delivered[0]?.definition],
      ['a:b@example.org', { type: 'email' }],
    );
  });

  it('keeps what is for a channel of a later release', async () => {
    const { delivery, delivered, marks } = setUp({ channel: 'pager:0' });
    await delivery.deliverDue(never);
    assert.deepEqual(delivered, []);
    assert.ok(marks[0]?.retryInMs !== undefined);
  });

  it('begins nothing that another deliverer may hold before it is over', async () => {
    const { deliveryLeaseMs: leaseMs, deliveryTimeoutMs: timeoutMs } = limits;
    const late = setUp({
      channel: 'log',
      whileClaiming: ({ clock }) => clock.advance(leaseMs - timeoutMs + 1),
    });
    assert.equal(await late.delivery.deliverDue(never), true);
    assert.deepEqual([late.delivered, late.marks], [[], []]);
    const inTime = setUp({
      channel: 'log',
      whileClaiming: ({ clock }) => clock.advance(leaseMs - timeoutMs),
    });
    await inTime.delivery.deliverDue(never);
    assert.equal(inTime.delivered.length, 1);
  });

  it('gives up what is refused for good, and what has failed too often', async () => {
    const refused = setUp({ channel: 'log', answers: [failure('DELIVERY_REFUSED', 'gone')] });
    await refused.delivery.deliverDue(never);
    assert.equal(refused.marks[0]?.retryInMs, undefined);
    const answers = [failure('DELIVERY_FAILED', 'down')];
    const tired = setUp({ channel: 'log', attempts: limits.deliveryAttemptsMax - 1, answers });
    await tired.delivery.deliverDue(never);
    assert.equal(tired.marks[0]?.retryInMs, undefined);
  });
});
