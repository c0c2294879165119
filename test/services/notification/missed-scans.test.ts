import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { day, hour, type Instant } from '../../../src/base/units.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import type { Outbox, OutboxMessage, PendingMessage } from '../../../src/ports/outbox.ts';
import { MissedScans } from '../../../src/services/notification/missed-scans.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { testKit } from '../../support/kit.ts';
import { createMemoryDatabase } from '../../support/memory-database.ts';

const decoded = decodeDataset({
  dataset: 'daily',
  owner: 'owner@example.org',
  followers: ['follower@example.org'],
  provider: { type: 'files', path: '/data/*.csv' },
  publish: { type: 'periodic', cron: '0 6 * * *', time_zone: 'Europe/Berlin' },
  notify: [{ email: {} }],
});
assert.ok(decoded.ok);
const definition = decoded.value;
const { dataset } = definition;
const never = new AbortController().signal;

/** A dataset that is due each day at 5:00 UTC, registered on 2 January at midnight; it is noon of that day. */
function setUp() {
  const kit = testKit({ clock: createFakeClock(Date.UTC(2026, 0, 2, 12)) });
  const { database, contents } = createMemoryDatabase();
  const registeredAt = Date.UTC(2026, 0, 2) as Instant;
  contents.datasets.set(dataset, { definition, version: 1, registeredAt, updatedAt: registeredAt });
  const sent: PendingMessage[] = [];
  const outbox: Pick<Outbox, 'add' | 'list'> = {
    add: async (messages: readonly OutboxMessage[], at) => {
      for (const { dueAt: _, ...message } of messages) {
        if (!sent.some(({ id }) => id === message.id))
          sent.unshift({ ...message, attempts: 0, createdAt: at });
      }
    },
    list: async () => sent,
  };
  const watch = () => new MissedScans(kit, { ...database, outbox: outbox as Outbox });
  const arrive = () =>
    contents.partitions.set(dataset, [
      {
        partition: partitionKey('p'),
        revision: 1,
        rowCount: 1,
        rejectedCount: 0,
        ingestedAt: kit.clock.now(),
      },
    ]);
  return {
    kit,
    contents,
    sent,
    watch,
    arrive,
    kinds: () => sent.map(({ message }) => message.kind).reverse(),
  };
}

describe('missed scans', () => {
  it('tells the owner and the log once that nothing came, however often it looks and who looks', async () => {
    const { watch, sent } = setUp();
    const missed = watch();
    await missed.look(never);
    await missed.look(never);
    await watch().look(never);
    assert.deepEqual(sent.map(({ channel, message }) => [channel, message.kind, message.status]).reverse(), [
      ['log', 'scan_missed', 'error'],
      ['email:0:owner@example.org', 'scan_missed', 'error'],
    ]);
    assert.match(
      sent[0]?.message.title ?? '',
      /^daily: nothing new came, and no scan looked for it; it was due at 2026-01-02 05:00 UTC/,
    );
  });

  it('waits for as long as the dataset may be late', async () => {
    const { watch, kit, sent } = setUp();
    const missed = watch();
    kit.clock.jump(Date.UTC(2026, 0, 2, 5) + limits.scanToleranceMs - 1 - kit.clock.now());
    await missed.look(never);
    assert.equal(sent.length, 0);
    kit.clock.jump(1);
    await missed.look(never);
    assert.equal(sent.length, 2);
  });

  it('says that it has come, once, also after a restart', async () => {
    const { watch, kit, kinds, arrive } = setUp();
    await watch().look(never);
    kit.clock.jump(hour);
    arrive();
    const missed = watch();
    await missed.look(never);
    await missed.look(never);
    await watch().look(never);
    assert.deepEqual(kinds(), ['scan_missed', 'scan_missed', 'scan_arrived', 'scan_arrived']);
  });

  it('says nothing while all comes in time', async () => {
    const { watch, kit, sent, arrive } = setUp();
    const missed = watch();
    kit.clock.jump(Date.UTC(2026, 0, 2, 5) - kit.clock.now());
    for (let days = 0; days < 5; days += 1) {
      arrive();
      for (let hours = 0; hours < 24; hours += 1) {
        await missed.look(never);
        kit.clock.jump(hour);
      }
    }
    assert.equal(sent.length, 0);
  });

  it('tells each missed day', async () => {
    const { watch, kit, kinds } = setUp();
    const missed = watch();
    for (let days = 0; days < 3; days += 1) {
      await missed.look(never);
      kit.clock.jump(day);
    }
    assert.equal(kinds().length, 6);
  });

  it('leaves alone what was due before it was registered, and what is not periodic', async () => {
    const { watch, contents, sent, kit } = setUp();
    const registered = contents.datasets.get(dataset);
    assert.ok(registered);
    contents.datasets.set(dataset, { ...registered, updatedAt: kit.clock.now() });
    await watch().look(never);
    contents.datasets.set(dataset, {
      ...registered,
      definition: { ...definition, publish: { type: 'static' } },
    });
    await watch().look(never);
    assert.equal(sent.length, 0);
  });
});
