import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import { instant } from '../../src/base/units.ts';
import type { Message } from '../../src/core/notifications/message.ts';
import type { OutboxMessage } from '../../src/ports/outbox.ts';
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
        messages.toReversed().map((one) => ({ ...one, attempts: 0, createdAt: committedAt })),
      );
      assert.equal((await outbox.list(world.dataset, 1)).length, 1);
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
      const due = async (now = committedAt) => ids(await outbox.due(now, 10));
      assert.deepEqual(await outbox.due(instant(committedAt - 1), 10), []);
      assert.deepEqual(await due(), [first.id, web.id, theirs.id]);
      assert.deepEqual(ids(await outbox.due(committedAt, 1)), [first.id]);

      await outbox.markFailed(first.id, 'the receiver was away', at(100));
      assert.deepEqual(await due(), [web.id, theirs.id]);
      const failed = (await outbox.due(at(100), 10))[0];
      assert.deepEqual(
        [failed?.id, failed?.attempts, failed?.lastError],
        [first.id, 1, 'the receiver was away'],
      );

      await outbox.markDelivered(first.id, at(101));
      assert.deepEqual(await due(), [second.id, web.id, theirs.id]);
      const delivered = (await outbox.list(world.dataset, 10)).find((one) => one.id === first.id);
      assert.deepEqual([delivered?.deliveredAt, delivered?.attempts], [at(101), 2]);

      await outbox.markFailed(second.id, 'gone for good', undefined);
      assert.deepEqual(await due(), [web.id, theirs.id]);
      for (const one of [web, theirs]) await outbox.markDelivered(one.id, at(102));
      assert.deepEqual(await outbox.due(instant(Number.MAX_SAFE_INTEGER), 10), []);
    });

    it('knows when the next message is due, not counting those that wait behind another', async () => {
      const world = worldOf();
      const { outbox } = world.database;
      assert.equal(await outbox.nextDueAt(), undefined);
      const [first, second] = [message(world, 'log'), message(world, 'log')];
      await send(world, [first, second]);
      assert.equal(await outbox.nextDueAt(), committedAt);
      await outbox.markFailed(first.id, 'away', at(5_000));
      assert.equal(await outbox.nextDueAt(), at(5_000));
      await outbox.markFailed(first.id, 'away', undefined);
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
      await outbox.markFailed(one.id, 'too late', at(40));
      assert.deepEqual(await outbox.due(at(1_000), 10), []);
      assert.equal((await outbox.list(world.dataset, 1))[0]?.deliveredAt, at(30));
    });
  });
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
