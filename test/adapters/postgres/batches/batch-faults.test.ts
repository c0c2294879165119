import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { createRemoteBatchStore } from '../../../../src/adapters/directory/remote-batch-store.ts';
import type { ServerDatabase } from '../../../../src/adapters/postgres/server/open.ts';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../../src/adapters/system/random.ts';
import { isRetryable } from '../../../../src/base/errors.ts';
import { partitionKey } from '../../../../src/base/ids.ts';
import { day, MiB } from '../../../../src/base/units.ts';
import type { BatchStore } from '../../../../src/ports/batch-store.ts';
import type { Clock } from '../../../../src/ports/clock.ts';
import { eventually } from '../../../support/eventually.ts';
import { createRecordingLog } from '../../../support/kit.ts';
import { openOnServer, type PostgresServer, startPostgres } from '../../../support/postgres-server.ts';
import { startLosingProxy } from '../server/losing-proxy.ts';
import {
  bytesIn,
  bytesOf,
  checksumOf,
  counted,
  dataset,
  heldUp,
  holdUpAt,
  letGo,
  storeBytes,
  storedBytes,
  writeLarge,
} from './batch-world.ts';

/** Waits for a lost server as long as others do, twenty times as fast. */
const hurried: Clock = {
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * 20,
  sleep: (durationMs, signal) => systemClock.sleep(durationMs / 20, signal),
};

describe('batches on a server that is lost', () => {
  let server: PostgresServer;
  let url: string;
  let scratchDirectory: string;
  const opened: ServerDatabase[] = [];
  const open = async (to: string = url, clock: Clock = systemClock): Promise<BatchStore> => {
    const database = await openOnServer(to, createRecordingLog(), { clock });
    opened.push(database);
    const { storedBatches: stored } = database;
    return createRemoteBatchStore({ stored, scratchDirectory, cacheBytesMax: 0, random: createRandom() });
  };
  before(async () => {
    server = await startPostgres();
  });
  after(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    url = await server.createDatabase();
    scratchDirectory = await mkdtemp(join(tmpdir(), 'assay-scratch-'));
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    await rm(scratchDirectory, { recursive: true });
  });

  it('are stored once, and wholly, when the server was killed in the middle and is back soon', async () => {
    const store = await open();
    const bytes = bytesOf('a', 6 * MiB);
    await holdUpAt(server, url, 3);
    const storing = storedBytes(store, 'one', bytes);
    await eventually('it is in the middle', async () => (await heldUp(server, url)).length === 1);
    assert.deepEqual(await counted(server, url), { batches: 0, pieces: 0 });
    await server.kill();
    await server.restart();
    await letGo(server, url);
    // Whoever came again before it was let go is held up once more.
    for (const pid of await heldUp(server, url)) await terminate(pid);
    assert.deepEqual(await bytesIn(store, await storing), bytes);
    assert.deepEqual(await counted(server, url), { batches: 1, pieces: 6 });
  });

  it('are stored in spite of a connection that was cut in the middle', async () => {
    const store = await open();
    const bytes = bytesOf('a', 4 * MiB);
    await holdUpAt(server, url, 2);
    const storing = storedBytes(store, 'one', bytes);
    const [pid = 0] = await eventually('it is in the middle', async () => {
      const found = await heldUp(server, url);
      return found.length > 0 && found;
    });
    await letGo(server, url);
    await terminate(pid);
    assert.deepEqual(await bytesIn(store, await storing), bytes);
    assert.deepEqual(await counted(server, url), { batches: 1, pieces: 4 });
  });

  it('fail to be stored while it stays away, leave nothing, and can be stored again', async () => {
    const store = await open(url, hurried);
    const earlier = await storedBytes(store, 'earlier attempt', bytesOf('e', 2 * MiB));
    await holdUpAt(server, url, 2);
    const bytes = bytesOf('a', 4 * MiB);
    const storing = storeBytes(store, 'one', bytes);
    await eventually('it is in the middle', async () => (await heldUp(server, url)).length === 1);
    await server.kill();
    const outcome = await storing;
    assert.ok(!outcome.ok && outcome.error.code === 'DATABASE_UNAVAILABLE' && isRetryable(outcome.error));
    await server.restart();
    await letGo(server, url);
    assert.deepEqual(await counted(server, url), { batches: 1, pieces: 2 });
    const again = await storedBytes(store, 'one', bytes);
    assert.deepEqual(await bytesIn(store, again), bytes);
    assert.deepEqual(await bytesIn(store, earlier), bytesOf('e', 2 * MiB));
  });

  for (const loss of ['request', 'answer'] as const) {
    it(`are stored once when the ${loss} of the commit was lost`, async () => {
      await using proxy = await startLosingProxy(url);
      const store = await open(proxy.url);
      proxy.loseNextCommit(loss);
      const bytes = bytesOf('a', 2 * MiB);
      const batch = await storedBytes(store, 'one', bytes);
      assert.equal(proxy.lost(), 1);
      assert.deepEqual(await counted(server, url), { batches: 1, pieces: 2 });
      assert.deepEqual(await bytesIn(store, batch), bytes);
    });
  }

  it('are opened in spite of a connection that was cut in the middle', async () => {
    await using proxy = await startLosingProxy(url);
    const store = await open(proxy.url);
    const bytes = bytesOf('a', 9 * MiB);
    const batch = await storedBytes(store, 'one', bytes);
    proxy.loseAfterBytes(6 * MiB);
    assert.deepEqual(await bytesIn(store, batch), bytes);
    assert.equal(proxy.lost(), 1);
  });

  it('fail to be opened while it stays away, leave no copy, and can be opened again', async () => {
    const proxy = await startLosingProxy(url);
    const store = await open(proxy.url, hurried);
    const bytes = bytesOf('a', 9 * MiB);
    const batch = await storedBytes(store, 'one', bytes);
    proxy.loseAfterBytes(6 * MiB);
    const opening = store.open(batch);
    await eventually('it is in the middle', () => proxy.lost() === 1);
    await proxy[Symbol.asyncDispose]();
    const outcome = await opening;
    assert.ok(!outcome.ok && outcome.error.code === 'DATABASE_UNAVAILABLE' && isRetryable(outcome.error));
    assert.deepEqual(await readdir(join(scratchDirectory, 'batch-copies')), []);
    assert.deepEqual(await bytesIn(await open(), batch), bytes);
  });

  it('are opened when the server was killed in the middle and is back soon', async () => {
    const store = await open();
    const bytes = bytesOf('a', 48 * MiB);
    const batch = await storedBytes(store, 'one', bytes);
    const opening = bytesIn(store, batch);
    const copies = join(scratchDirectory, 'batch-copies');
    await eventually('it has begun', async () => (await readdir(copies)).length > 0);
    await server.kill();
    await server.restart();
    assert.equal(checksumOf(await opening), batch.checksum);
  });

  it('take little memory, however large they are', async () => {
    const store = await open();
    await using staging = await store.stage();
    const path = join(staging.directory, '0.parquet');
    const sizeBytes = 160 * MiB;
    const checksum = await writeLarge(path, sizeBytes);
    const peak = watchMemory();
    const outcome = await store.store({
      revision: { dataset, partition: partitionKey('2001') },
      attempt: 'one',
      batches: [{ path, rowCount: 1, sizeBytes, checksum }],
    });
    assert.ok(outcome.ok && outcome.value[0]);
    const local = await store.open(outcome.value[0]);
    assert.ok(local.ok);
    await local.value[Symbol.asyncDispose]();
    const grownMb = peak() / MiB;
    assert.ok(grownMb < 100, `${grownMb} MB`);
  });

  it('whose bytes changed in the database are corrupt, and no copy of them is kept', async () => {
    const store = await open();
    const batch = await storedBytes(store, 'one', bytesOf('a', 2 * MiB));
    await server.asSuperuser(url, 'update batch_piece set bytes = set_byte(bytes, 7, 9) where position = 1');
    const outcome = await store.open(batch);
    assert.ok(!outcome.ok && outcome.error.code === 'BATCH_CORRUPT');
    assert.deepEqual(await readdir(join(scratchDirectory, 'batch-copies')), []);
  });

  it('whose staged bytes are not those that were announced are not stored', async () => {
    const store = await open();
    await using staging = await store.stage();
    const path = join(staging.directory, '0.parquet');
    await writeFile(path, bytesOf('a', 1000));
    const outcome = await store.store({
      revision: { dataset, partition: partitionKey('2001') },
      attempt: 'one',
      batches: [{ path, rowCount: 1, sizeBytes: 1000, checksum: checksumOf(bytesOf('b', 1000)) }],
    });
    assert.ok(!outcome.ok && outcome.error.code === 'BATCH_CORRUPT');
    assert.deepEqual(await counted(server, url), { batches: 0, pieces: 0 });
  });

  it('leave local copies behind that the next process removes', async () => {
    const killed = await open();
    const batch = await storedBytes(killed, 'one', bytesOf('a', 100));
    const held = await killed.open(batch);
    assert.ok(held.ok);
    await writeFile(join(scratchDirectory, 'batch-copies', 'half'), 'half of a batch');
    const heir = await open();
    assert.deepEqual(await bytesIn(heir, batch), bytesOf('a', 100));
    assert.deepEqual(await readdir(join(scratchDirectory, 'batch-copies')), []);
  });

  it('go on when somebody tidied the scratch directory up', async () => {
    const store = await open();
    const batch = await storedBytes(store, 'one', bytesOf('a', 100));
    assert.deepEqual(await bytesIn(store, batch), bytesOf('a', 100));
    await rm(scratchDirectory, { recursive: true });
    const other = await storedBytes(store, 'two', bytesOf('b', 100));
    assert.deepEqual(await bytesIn(store, other), bytesOf('b', 100));
  });

  it('of a dataset that was removed are swept with those of any other', async () => {
    const store = await open();
    await storedBytes(store, 'one', bytesOf('a', 100));
    await server.asSuperuser(
      url,
      "insert into dataset values ('flights', '{}', 1, 0, 0); update stored_batch set stored_at = 0",
    );
    const [database] = opened;
    assert.ok((await database?.datasets.remove(dataset))?.ok);
    const other = 'other' as typeof dataset;
    assert.equal(await store.sweep({ dataset: other, kept: new Set(), olderThanMs: day }), 1);
    assert.deepEqual(await counted(server, url), { batches: 0, pieces: 0 });
  });

  async function terminate(pid: number): Promise<void> {
    await server.asSuperuser(url, `select pg_terminate_backend(${pid})`);
  }
});

/** Looks at the resident memory now and then; the returned function says how much it grew at most. */
function watchMemory(): () => number {
  const startBytes = process.memoryUsage.rss();
  let peakBytes = startBytes;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }, 5);
  return () => {
    clearInterval(timer);
    return Math.max(peakBytes, process.memoryUsage.rss()) - startBytes;
  };
}
