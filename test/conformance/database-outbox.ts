import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import { type Instant, instant } from '../../src/base/units.ts';
import type { Message } from '../../src/core/notifications/message.ts';
import type { OutboxMessage, PendingMessage } from '../../src/ports/outbox.ts';
import { eventually } from '../support/eventually.ts';
import type { WorldOf } from './database.ts';
import { at, commit, type TestWorld, unique } from './database-fixtures.ts';

/** When `commit` says that the task ended: from then on its messages are due. */
const committedAt = at(20);

export function outboxConformance(worldOf: WorldOf): void {
  describe('outbox', () => {
    it('gives back messages as they were committed, newest first', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const messages = [message(world, 'log', { title: 'nul \0 half \ud800' }), message(world, 'webhook:0')];
      await send(world, messages);
      assert.deepEqual(
        await outbox.list(world.dataset, 10),
        messages
          .toReversed()
          .map((one) => ({ ...one, attempts: 0, createdAt: committedAt, dueAt: committedAt })),
      );
      assert.equal((await outbox.list(world.dataset, 1)).length, 1);
      const [older, newer] = ids(messages);
      assert.deepEqual(ids(await outbox.list(world.dataset, 10, newer)), [older]);
      assert.deepEqual(await outbox.list(world.dataset, 10, older), []);
      assert.deepEqual(await outbox.list(world.dataset, 10, 'unknown'), []);
    });

    it('gives the newest messages of many datasets, of some of them, and in one state', async () => {
      const world = worldOf();
      const elsewhere = unique('elsewhere') as DatasetName;
      const { outbox } = world.database;
      const first = message(world, 'log');
      await send(world, [first]);
      const other = { ...message(world, 'log'), id: unique('other'), dataset: elsewhere };
      await outbox.add([other], at(30));
      const own = { only: [world.dataset], limit: 9 };
      assert.deepEqual(ids(await outbox.recent(own)), [first.id]);
      assert.deepEqual(await outbox.recent({ only: [], limit: 9 }), []);
      assert.equal((await outbox.recent({ limit: 1 })).length, 1);
      await outbox.markDelivered(first.id, at(31));
      assert.deepEqual(await outbox.recent({ ...own, state: 'pending' }), []);
      assert.deepEqual(await outbox.recent({ ...own, state: 'given_up' }), []);
      assert.deepEqual(ids(await outbox.recent({ ...own, state: 'delivered' })), [first.id]);
      await outbox.markDelivered(other.id, at(32));
    });

    it('takes a message with a known id once', async () => {
      const world = worldOf();
      const one = message(world, 'log');
      await send(world, [one]);
      await send(world, [one, one]);
      assert.equal((await world.database.outbox.list(world.dataset, 10)).length, 1);
    });

    it('holds back what stands behind an undelivered message of the same channel and dataset', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const other = unique('o') as DatasetName;
      const first = message(world, 'log');
      const second = message(world, 'log');
      const web = message(world, 'webhook:0');
      const theirs = { ...message(world, 'log'), dataset: other };
      await send(world, [first, second]);
      await send(world, [web, theirs]);
      const due = async (now = committedAt) => ids(await lookAt(world, now));
      assert.deepEqual(await due(instant(committedAt - 1)), []);
      assert.deepEqual(await due(), [first.id, web.id, theirs.id]);
      assert.deepEqual(ids(await lookAt(world, committedAt, 1)), [first.id]);

      await outbox.markFailed(first.id, { by, error: 'the receiver was away', retryAt: at(100) });
      assert.deepEqual(await due(), [web.id, theirs.id]);
      const failed = (await lookAt(world, at(100)))[0];
      assert.deepEqual(
        [failed?.id, failed?.attempts, failed?.lastError],
        [first.id, 1, 'the receiver was away'],
      );

      await outbox.markDelivered(first.id, at(101));
      assert.deepEqual(await due(), [second.id, web.id, theirs.id]);
      const delivered = (await outbox.list(world.dataset, 10)).find((one) => one.id === first.id);
      assert.deepEqual([delivered?.deliveredAt, delivered?.attempts], [at(101), 2]);

      await outbox.markFailed(second.id, { by, error: 'gone for good' });
      assert.deepEqual(await due(), [web.id, theirs.id]);
      for (const one of [web, theirs]) await outbox.markDelivered(one.id, at(102));
      assert.deepEqual(await due(instant(Number.MAX_SAFE_INTEGER)), []);
    });

    it('holds nothing back behind what is yet to be due, until that was tried', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const night = { ...message(world, 'log'), dueAt: at(100) };
      const urgent = message(world, 'log');
      await send(world, [night, urgent]);
      assert.equal(await outbox.nextDueAt(), committedAt);
      assert.deepEqual(ids(await lookAt(world, at(50))), [urgent.id]);
      await outbox.markDelivered(urgent.id, at(51));
      assert.equal(await outbox.nextDueAt(), at(100));
      assert.deepEqual(ids(await lookAt(world, at(99))), []);
      assert.deepEqual(ids(await lookAt(world, at(100))), [night.id]);
      const later = message(world, 'log');
      await send(world, [later]);
      await outbox.markFailed(night.id, { by, error: 'away', retryAt: at(200) });
      assert.deepEqual(ids(await lookAt(world, at(150))), []);
      assert.deepEqual(ids(await lookAt(world, at(200))), [night.id]);
    });

    it('adds messages without a task, each id once', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const [one, two] = [message(world, 'log'), { ...message(world, 'webhook:0'), dueAt: at(9) }];
      await outbox.add([one, two], at(5));
      await outbox.add([{ ...one, dueAt: at(1) }], at(6));
      assert.deepEqual(ids(await lookAt(world, at(5))), [one.id]);
      assert.deepEqual(ids(await lookAt(world, at(9))), [one.id, two.id]);
      assert.equal((await outbox.list(world.dataset, 10)).length, 2);
    });

    it('gives a message to one deliverer at a time, and holds back what stands behind it', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const [first, second, web] = [
        message(world, 'log'),
        message(world, 'log'),
        message(world, 'webhook:0'),
      ];
      await send(world, [first, second, web]);
      const claim = async (deliverer: string, limit: number) =>
        ids(await outbox.claim({ by: deliverer, now: committedAt, leaseMs: 60_000, limit }));
      assert.deepEqual(await claim('a', 1), [first.id]);
      assert.deepEqual(await claim('b', 10), [web.id]);
      assert.deepEqual(await claim('a', 10), []);
      await outbox.markDelivered(first.id, at(30));
      assert.deepEqual(await claim('b', 10), [second.id]);
      await outbox.markFailed(second.id, { by: 'b', error: 'away', retryAt: committedAt });
      assert.deepEqual(await claim('a', 10), [second.id]);
    });

    it('gives what a deliverer held to another one after its time', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const one = message(world, 'log');
      await send(world, [one]);
      const claim = async (deliverer: string, leaseMs: number) =>
        ids(await outbox.claim({ by: deliverer, now: committedAt, leaseMs, limit: 10 }));
      assert.deepEqual(await claim('dead', 50), [one.id]);
      await eventually('its time is over', async () => (await claim('heir', 60_000)).includes(one.id));
      await outbox.markFailed(one.id, { by: 'dead', error: 'a late report' });
      const [still] = await outbox.list(world.dataset, 1);
      assert.deepEqual([still?.attempts, still?.lastError], [0, undefined]);
      await outbox.markDelivered(one.id, at(30));
      assert.deepEqual(await claim('dead', 50), []);
    });

    it('claims at once what many ask for, each message for one of them', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const messages = Array.from({ length: 40 }, (_, nth) => message(world, `webhook:${nth}`));
      await send(world, messages);
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, nth) =>
          outbox.claim({ by: `deliverer-${nth}`, now: committedAt, leaseMs: 60_000, limit: 8 }),
        ),
      );
      const claimed = claims.flatMap(ids);
      assert.equal(new Set(claimed).size, claimed.length);
      const rest = await outbox.claim({ by, now: committedAt, leaseMs: 60_000, limit: 100 });
      assert.deepEqual(new Set([...claimed, ...ids(rest)]), new Set(messages.map(({ id }) => id)));
    });

    it('knows when the next message is due, not counting those that wait behind another', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      assert.equal(await outbox.nextDueAt(), undefined);
      const [first, second] = [message(world, 'log'), message(world, 'log')];
      await send(world, [first, second]);
      assert.equal(await outbox.nextDueAt(), committedAt);
      await outbox.markFailed(first.id, { by, error: 'away', retryAt: at(5_000) });
      assert.equal(await outbox.nextDueAt(), at(5_000));
      await outbox.markFailed(first.id, { by, error: 'away' });
      assert.equal(await outbox.nextDueAt(), committedAt);
      await outbox.markDelivered(second.id, at(1));
      assert.equal(await outbox.nextDueAt(), undefined);
    });

    it('does not send again what a late failure report is about', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      const one = message(world, 'log');
      await send(world, [one]);
      await outbox.markDelivered(one.id, at(30));
      await outbox.markFailed(one.id, { by, error: 'too late', retryAt: at(40) });
      assert.deepEqual(await lookAt(world, at(1_000)), []);
      assert.equal((await outbox.list(world.dataset, 1))[0]?.deliveredAt, at(30));
    });
  });
}

const by = 'a deliverer';

/** Commits a message to each of these channels; their ids, oldest first. */
export async function sendMessages(world: TestWorld, channels: readonly string[]): Promise<string[]> {
  const messages = channels.map((channel) => message(world, channel));
  await send(world, messages);
  return ids(messages);
}

/** What is due, held for no time at all. */
function lookAt(world: TestWorld, now: Instant, limit = 10): Promise<readonly PendingMessage[]> {
  return world.database.outbox.claim({ by, now, leaseMs: 0, limit });
}

async function send(world: TestWorld, messages: readonly OutboxMessage[]): Promise<void> {
  const job = await world.enqueued({ kind: 'check', revision: world.reference('p'), batches: 1 });
  const committed = await world.database.outbox.commitNotify(
    commit(job, 'notify', { kind: 'notify', messages: messages.length }),
    messages,
  );
  assert.ok(committed.ok);
}

function message(world: TestWorld, channel: string, parts: Partial<Message> = {}): OutboxMessage {
  return {
    id: unique('m'),
    dataset: world.dataset,
    channel,
    message: {
      kind: 'backfill_finished',
      dataset: world.dataset,
      status: 'not_evaluated',
      title: 'a title',
      lines: ['one', 'two'],
      counts: { pass: 1, warn: 2, fail: 3, error: 4, not_evaluated: 5 },
      incidents: [{ id: 'i', state: 'new', title: 't' }],
      at: at(1),
      ...parts,
    },
  };
}

function ids(messages: readonly { readonly id: string }[]): string[] {
  return messages.map((one) => one.id);
}
