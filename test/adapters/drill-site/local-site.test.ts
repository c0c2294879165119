import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openLocalSite } from '../../../src/adapters/drill-site/local-site.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { DrillSite } from '../../../src/ports/drill-site.ts';

describe('the site of a drill', () => {
  let folder: string;
  let site: DrillSite;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-site-'));
    site = await openLocalSite(systemClock, join(folder, 'source'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const send = (key: string, body: string) =>
    fetch(site.messagesTo, { method: 'POST', headers: { 'Idempotency-Key': key }, body });

  it('publishes files whole, always with the same time', async () => {
    const file = { path: 'shop/part-1.csv', text: 'a,b\n1,2\n' };
    await site.publish(file);
    const path = join(site.directory, file.path);
    assert.equal(await readFile(path, 'utf8'), file.text);
    const { mtimeMs } = await stat(path);
    await site.clear();
    await site.publish(file);
    assert.equal((await stat(path)).mtimeMs, mtimeMs);
    assert.deepEqual(await readdir(join(site.directory, 'shop')), ['part-1.csv'], 'and nothing beside it');
  });

  it('keeps every message with its key, repetitions too, in order', async () => {
    for (const [key, body] of [
      ['k1', 'one'],
      ['k2', 'two'],
      ['k1', 'one'],
    ] as const) {
      assert.equal((await send(key, body)).status, 204);
    }
    assert.deepEqual(
      site.messages().map(({ key, body }) => [key, body]),
      [
        ['k1', 'one'],
        ['k2', 'two'],
        ['k1', 'one'],
      ],
    );
  });

  it('forgets everything when it is cleared, at the same address', async () => {
    const { messagesTo } = site;
    await site.clear();
    assert.deepEqual([site.messages(), await readdir(site.directory)], [[], []]);
    assert.equal(site.messagesTo, messagesTo);
  });

  it('leaves nothing behind', async () => {
    await site[Symbol.asyncDispose]();
    assert.deepEqual(await readdir(folder), []);
    await assert.rejects(send('k', 'late'));
  });
});
