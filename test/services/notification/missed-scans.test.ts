import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { instant } from '../../../src/base/units.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import type { Outbox, OutboxMessage } from '../../../src/ports/outbox.ts';
import { MissedScans } from '../../../src/services/notification/missed-scans.ts';
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
const due = instant(Date.UTC(2026, 0, 2, 5));
const at = instant(Date.UTC(2026, 0, 2, 12));

function setUp() {
  const { database } = createMemoryDatabase();
  const sent: OutboxMessage[] = [];
  const outbox: Pick<Outbox, 'add'> = { add: async (messages) => void sent.push(...messages) };
  return { sent, missed: new MissedScans({ ...database, outbox: outbox as Outbox }) };
}

describe('missed scans', () => {
  it('are told to the owner and the log, not to followers', async () => {
    const { missed, sent } = setUp();
    await missed.tell(definition, { due, arrived: false, at });
    assert.deepEqual(
      sent.map(({ channel, message }) => [channel, message.kind, message.status]),
      [
        ['log', 'scan_missed', 'error'],
        ['email:0:owner@example.org', 'scan_missed', 'error'],
      ],
    );
    assert.match(
      sent[0]?.message.title ?? '',
      /^daily: nothing new came, and no scan looked for it; it was due at 2026-01-02 05:00 UTC/,
    );
  });

  it('have the same keys whoever tells them, and others when it has come after all', async () => {
    const { missed, sent } = setUp();
    await missed.tell(definition, { due, arrived: false, at });
    await setUp().missed.tell(definition, { due, arrived: false, at });
    await missed.tell(definition, { due, arrived: false, at: instant(at + 1) });
    await missed.tell(definition, { due, arrived: true, at });
    const keys = sent.map(({ id }) => id);
    assert.deepEqual(keys.slice(0, 2), keys.slice(2, 4));
    assert.equal(new Set(keys).size, 4);
  });
});
