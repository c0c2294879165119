import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Message } from '../../src/core/notifications/message.ts';
import { eventually } from '../support/eventually.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const secret = 'a secret for signatures';

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string };

describe('notifications by webhook', () => {
  const received: Received[] = [];
  let mode: 'down' | 'up' = 'down';
  let refused = 0;
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (mode === 'down') refused += 1;
      else received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(mode === 'down' ? 503 : 200).end();
    });
  });
  let folder: string;
  let service: ServiceProcess;

  before(async () => {
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    folder = await mkdtemp(join(tmpdir(), 'assay-webhook-'));
    await mkdir(join(folder, 'daily'));
    await writeFile(join(folder, 'daily', '2026-01-01.csv'), 'id,amount\n1,5\n2,6\n');
    service = await start();
    const { port } = receiver.address() as AddressInfo;
    const yaml = [
      'dataset: daily',
      'owner: o@example.org',
      'provider: {type: files, path: "daily/*.csv"}',
      'partition: {file: true}',
      'checks: [{row_count: {must_be_greater_than: 100}}]',
      `notify: [{webhook: {url: "http://127.0.0.1:${port}/hook", secret: "\${env:ASSAY_TEST_HOOK_SECRET}"}}]`,
    ].join('\n');
    const applied = await service.client.apply({ yaml, file: 'daily.yaml', baseDirectory: folder });
    assert.ok(applied.ok, JSON.stringify(applied));
  });
  after(async () => {
    await service.stop();
    receiver.close();
    await rm(folder, { recursive: true, force: true });
  });

  function start(): Promise<ServiceProcess> {
    return startService(join(folder, 'data'), { ASSAY_TEST_HOOK_SECRET: secret });
  }

  it('a receiver that is down and a service that is killed lose no message', async () => {
    const scan = await service.client.startScan({ dataset: 'daily' });
    assert.ok(scan.ok);
    await eventually('a first try that is refused', () => refused > 0, 30_000);
    await service.kill();
    mode = 'up';
    service = await start();
    await eventually('the delivery after the restart', () => received.length > 0, 60_000, 20);
    assert.equal(received.length, 1);
  });

  it('the message is the digest of the partition, signed', () => {
    const [one] = received;
    assert.ok(one);
    const message = JSON.parse(one.body) as { message?: Message } & Message;
    const digest = message.message ?? message;
    assert.equal(digest.kind, 'partition_checked');
    assert.equal(digest.partition, '2026-01-01');
    assert.equal(digest.status, 'fail');
    assert.match(JSON.stringify(digest), /row_count/);
    const timestamp = String(one.headers['assay-timestamp']);
    const expected = createHmac('sha256', secret).update(`${timestamp}.${one.body}`).digest('hex');
    assert.equal(one.headers['assay-signature'], `v1=${expected}`);
    assert.match(String(one.headers['idempotency-key']), /notify\/webhook:0/);
  });

  it('the API shows the secret as a reference, and its value stands nowhere in the data directory or the log', async () => {
    const dataset = await service.client.dataset('daily');
    assert.ok(dataset.ok);
    assert.doesNotMatch(JSON.stringify(dataset.value), new RegExp(secret));
    assert.doesNotMatch(service.log(), new RegExp(secret));
    await service.stop();
    const found = execFileSync('sh', [
      '-c',
      'grep -rlF "$1" "$2" || true',
      'sh',
      secret,
      join(folder, 'data'),
    ]);
    assert.equal(found.toString('utf8'), '');
  });
});
