import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { Message } from '../../src/core/notifications/message.ts';
import { hasBackfillEnded } from '../../src/services/ingestion/backfills.ts';
import { eventually } from '../support/eventually.ts';
import { startService } from '../support/service-process.ts';

it('a backfill with broken files learns from the others, opens incidents, and tells all of it in one message', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-broken-backfill-'));
  const bodies: string[] = [];
  const receiver = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString('utf8')));
    request.on('end', () => response.writeHead(200).end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  await mkdir(join(folder, 'daily'));
  for (let day = 1; day <= 12; day += 1) {
    const name = `2026-01-${String(day).padStart(2, '0')}.csv`;
    const rows = Array.from({ length: 50 + (day % 3) }, (_, at) => `${at},${at * 2}\n`).join('');
    await writeFile(join(folder, 'daily', name), day === 4 || day === 9 ? '' : `id,amount\n${rows}`);
  }
  const service = await startService(join(folder, 'data'));
  try {
    const { port } = receiver.address() as AddressInfo;
    const yaml = [
      'dataset: daily',
      'owner: o@example.org',
      'provider: {type: files, path: "daily/*.csv"}',
      'partition: {file: true}',
      `notify: [{webhook: {url: "http://127.0.0.1:${port}/hook"}}]`,
    ].join('\n');
    const applied = await service.client.apply({ yaml, file: 'daily.yaml', baseDirectory: folder });
    assert.ok(applied.ok, JSON.stringify(applied));
    const begun = await service.client.startBackfill({ dataset: 'daily' });
    assert.ok(begun.ok);
    const end = await eventually(
      'the end of the backfill',
      async () => {
        const view = await service.client.backfill(begun.value.id);
        return view.ok && hasBackfillEnded(view.value.state) ? view.value : undefined;
      },
      60_000,
      50,
    );
    assert.deepEqual([end.measured, end.failed], [10, 2]);
    const incidents = await service.client.incidents({ dataset: 'daily', open: true });
    assert.ok(incidents.ok);
    const broken = incidents.value.incidents.flatMap(({ lines }) => lines.map((line) => line.partition));
    assert.deepEqual(new Set(broken), new Set(['2026-01-04', '2026-01-09']));
    const body = await eventually('the message', () => bodies.at(0), 30_000, 20);
    const envelope = JSON.parse(body) as { message?: Message } & Message;
    const message = envelope.message ?? envelope;
    assert.equal(message.kind, 'backfill_finished');
    assert.match(message.title, /learned from 10 partitions, 2026-01-01 to 2026-01-12/);
    assert.equal(message.counts.error, 2);
    assert.match(message.lines.join('\n'), /2026-01-04: error/);
    assert.match(message.lines.join('\n'), /2026-01-09: error/);
    const again = await service.client.startScan({ dataset: 'daily' });
    assert.ok(again.ok);
    const scanned = await eventually(
      'the end of a scan',
      async () => {
        const view = await service.client.scan(again.value.id);
        return view.ok && view.value.state === 'succeeded' ? view.value : undefined;
      },
      30_000,
      50,
    );
    assert.deepEqual([scanned.changed, scanned.unchanged], [0, 12], 'nothing is read again');
    assert.equal(bodies.length, 1, 'and nobody is told again');
  } finally {
    await service.stop();
    receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
});
