import assert from 'node:assert/strict';
import { it } from 'node:test';
import { mailOf } from '../../../../src/adapters/channels/mail.ts';
import type { DatasetName } from '../../../../src/base/ids.ts';
import { decodeDataset } from '../../../../src/core/datasets/decode.ts';
import type { OutboxMessage } from '../../../../src/ports/outbox.ts';
import { testMessage } from '../../../conformance/channel.ts';
import { at } from '../../../conformance/database-fixtures.ts';
import { eventually } from '../../../support/eventually.ts';
import { startHttpReceiver } from '../../../support/http-receiver.ts';
import { openOnServer, startPostgres } from '../../../support/postgres-server.ts';
import { startSmtpReceiver } from '../../../support/smtp-receiver.ts';
import { ChildScript } from '../child-script.ts';

const datasetCount = 8;
const perChannel = 12;
const kills = 5;

it(`a deliverer that is killed ${kills} times loses no webhook and no e-mail, and repeats them under the same key`, async (test) => {
  await using server = await startPostgres();
  const url = await server.createDatabase();
  const database = await openOnServer(url);
  await using web = await startHttpReceiver();
  await using smtp = await startSmtpReceiver();
  const datasets = Array.from({ length: datasetCount }, (_, nth) => `data-${nth}` as DatasetName);
  for (const dataset of datasets) {
    const decoded = decodeDataset({
      dataset,
      owner: 'owner@example.org',
      provider: { type: 'files', path: '/data/*.csv' },
      notify: [{ webhook: { url: web.url } }, { email: {} }],
    });
    assert.ok(decoded.ok);
    await database.datasets.apply(decoded.value, at(0));
  }
  const messages = datasets.flatMap((dataset) =>
    ['webhook:0', 'email:1:owner@example.org'].flatMap((channel) =>
      Array.from({ length: perChannel }, (_, nth) => messageOf(dataset, channel, nth)),
    ),
  );
  await database.outbox.add(messages, at(1));

  const arrived = () => web.posts.length + smtp.mails.length;
  for (let kill = 1; kill <= kills; kill += 1) {
    const child = new ChildScript('server/channel-deliverer.ts', url, `smtp://127.0.0.1:${smtp.port}`);
    const before = arrived();
    // Wherever it is then: at any moment of a round, with deliveries under way.
    const more = 1 + Math.floor(Math.random() * (messages.length / kills));
    await eventually('it delivers', () => arrived() >= before + more, 60_000);
    await child.kill();
  }
  {
    await using _ = new ChildScript('server/channel-deliverer.ts', url, `smtp://127.0.0.1:${smtp.port}`);
    await eventually('all are delivered', async () => (await undelivered()).length === 0, 120_000, 50);
  }
  const open = await undelivered();
  await database.close();
  assert.deepEqual(open, []);

  const posted = web.posts.map(({ headers }) => String(headers['idempotency-key']));
  const mailed = smtp.mails.map(({ messageId }) => messageId);
  const [webhooks, mails] = [
    messages.filter(({ channel }) => channel.startsWith('webhook')),
    messages.filter(({ channel }) => channel.startsWith('email')),
  ];
  assert.deepEqual(new Set(posted), new Set(webhooks.map(({ id }) => id)));
  const mailIds = mails.map((one) => mailOf(one, { publicUrl: undefined, domain: 'example.org' }).messageId);
  assert.deepEqual(new Set(mailed), new Set(mailIds));
  // A kill leaves at most one delivery of each channel of each dataset of which nobody knows whether it arrived.
  assert.ok(posted.length + mailed.length <= messages.length + kills * 16);
  const bodies = new Set(
    web.posts.map(({ headers, body }) => `${String(headers['idempotency-key'])} ${body}`),
  );
  assert.equal(bodies.size, webhooks.length, 'a repetition says the same');
  test.diagnostic(`${posted.length + mailed.length - messages.length} of ${messages.length} came again`);

  async function undelivered(): Promise<string[]> {
    const lists = await Promise.all(datasets.map((dataset) => database.outbox.list(dataset, 1_000)));
    return lists.flat().flatMap(({ id, deliveredAt }) => (deliveredAt === undefined ? [id] : []));
  }
});

function messageOf(dataset: DatasetName, channel: string, nth: number): OutboxMessage {
  const id = `${dataset}/${nth}/${channel}`;
  return { id, dataset, channel, message: testMessage({ dataset, title: id }) };
}
