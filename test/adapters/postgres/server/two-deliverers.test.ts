import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import type { DatasetName } from '../../../../src/base/ids.ts';
import type { OutboxMessage } from '../../../../src/ports/outbox.ts';
import { at, commit, TestWorld } from '../../../conformance/database-fixtures.ts';
import { eventually } from '../../../support/eventually.ts';
import { openOnServer, startPostgres } from '../../../support/postgres-server.ts';
import { ChildScript } from '../child-script.ts';

type Received = { readonly id: string; readonly by: string };

/** Takes every message, except that the answer to the `held`-th of the deliverer `a` never comes. */
async function startReceiver(held: number) {
  const received: Received[] = [];
  let unanswered: string | undefined;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const id = String(request.headers['idempotency-key']);
    const by = String(request.headers['deliverer']);
    received.push({ id, by });
    const isHeld = by === 'a' && received.filter((one) => one.by === 'a').length === held;
    if (isHeld) unanswered = id;
    else response.end();
  };
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    unanswered: () => unanswered,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

const channels = ['log', 'webhook:0', 'webhook:1'];
const perChannel = 40;

it('two deliverers, one of which is killed, lose no message and keep the order of each channel', async () => {
  await using server = await startPostgres();
  const url = await server.createDatabase();
  const database = await openOnServer(url);
  const world = new TestWorld(database);
  const datasets = [world.dataset, `${world.dataset}-too` as DatasetName];
  const messages = Array.from({ length: perChannel }, (_, nth) =>
    datasets.flatMap((dataset) => channels.map((channel) => messageOf(dataset, channel, nth))),
  ).flat();
  await using receiver = await startReceiver(25);
  await using a = new ChildScript('server/deliverer.ts', url, receiver.url, 'a');
  await using _ = new ChildScript('server/deliverer.ts', url, receiver.url, 'b');
  await eventually(
    'both are there',
    async () => {
      const found = await server.asSuperuser(
        url,
        "select from pg_stat_activity where query like 'listen %' and datname = current_database()",
      );
      return found.length === 3;
    },
    60_000,
  );
  const job = await world.enqueued({ kind: 'scan' });
  const notify = commit(job, 'notify', { kind: 'notify', messages: messages.length });
  assert.ok((await database.outbox.commitNotify(notify, messages)).ok);

  const held = await eventually('one waits for its answer', () => receiver.unanswered(), 60_000);
  await a.kill();
  await eventually(
    'all are delivered',
    async () => {
      const lists = await Promise.all(datasets.map((dataset) => database.outbox.list(dataset, 1_000)));
      return lists.flat().every((message) => message.deliveredAt !== undefined);
    },
    60_000,
  );
  await database.close();

  const { received } = receiver;
  const repeated = received.filter((one, place) => received.findIndex(({ id }) => id === one.id) < place);
  assert.ok(
    repeated.some(({ id, by }) => id === held && by === 'b'),
    'the survivor took over',
  );
  // What the killed one had delivered without having noted it comes again, at most one of each channel.
  const channelOf = (id: string) => id.slice(0, id.lastIndexOf('/'));
  assert.equal(new Set(repeated.map(({ id }) => channelOf(id))).size, repeated.length);
  for (const dataset of datasets) {
    for (const channel of channels) {
      const ids = received.map(({ id }) => id).filter((id) => channelOf(id) === `${dataset}/${channel}`);
      assert.deepEqual([...new Set(ids)], numbered(dataset, channel), 'in the order of the outbox');
    }
  }
  assert.ok(received.filter(({ by }) => by === 'b').length > 0);
});

function numbered(dataset: DatasetName, channel: string): string[] {
  return Array.from({ length: perChannel }, (_, nth) => `${dataset}/${channel}/${nth}`);
}

function messageOf(dataset: DatasetName, channel: string, nth: number): OutboxMessage {
  return {
    id: `${dataset}/${channel}/${nth}`,
    dataset,
    channel,
    message: {
      kind: 'partition_checked',
      dataset,
      status: 'pass',
      title: 't',
      lines: [],
      counts: { pass: 1, warn: 0, fail: 0, error: 0, not_evaluated: 0 },
      incidents: [],
      at: at(1),
    },
  };
}
