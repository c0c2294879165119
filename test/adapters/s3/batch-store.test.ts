import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createRemoteBatchStore } from '../../../src/adapters/directory/remote-batch-store.ts';
import { createS3Batches } from '../../../src/adapters/s3/s3-batches.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { limits } from '../../../src/base/limits.ts';
import { MiB } from '../../../src/base/units.ts';
import type { Batch } from '../../../src/core/datasets/revision.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { batchStoreConformance } from '../../conformance/batch-store.ts';
import { type S3ServerOptions, startS3Server } from '../../support/s3/s3-server.ts';
import { bytesIn, bytesOf, storeBytes, storedBytes } from '../postgres/batches/batch-world.ts';

/** Pauses take no time. */
const clock: Clock = { ...systemClock, sleep: () => Promise.resolve() };

async function setUp(options: S3ServerOptions = {}) {
  const server = await startS3Server(options);
  const scratchDirectory = await mkdtemp(join(tmpdir(), 'assay-scratch-'));
  const { bucket, endpoint, credentials } = server;
  const prefix = 'assay/batches/';
  const open = (cacheBytesMax = MiB) =>
    createRemoteBatchStore({
      stored: createS3Batches({ bucket, prefix, endpoint, credentials, clock, random: createRandom() }),
      scratchDirectory,
      cacheBytesMax,
      random: createRandom(),
    });
  return {
    server,
    open,
    fileOf: ({ location }: Batch) => server.fileOf(`${prefix}${location}.parquet`),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(scratchDirectory, { recursive: true, force: true });
    },
  };
}

for (const ignoresConditions of [false, true]) {
  const name = ignoresConditions ? 's3, in a store that knows no conditions' : 's3';
  batchStoreConformance(name, async () => {
    const world = await setUp({ ignoresConditions });
    return {
      store: world.open(),
      reopen: () => Promise.resolve(world.open()),
      advance: (ms: number) => world.server.age(ms),
      countsTwice: true,
      truncate: async (batch: Batch) => truncate(world.fileOf(batch), batch.sizeBytes - 1),
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    };
  });
}

describe('batches in a bucket', () => {
  it('that are large go in parts and come by ranges, whatever happens to single ones', async () => {
    await using world = await setUp();
    const store = world.open(0);
    const bytes = bytesOf('large', limits.s3PartBytes + 3 * MiB);
    let asked = 0;
    world.server.trouble = () => (++asked % 2 === 0 ? { status: 503, code: 'SlowDown' } : undefined);
    const batch = await storedBytes(store, 'one', bytes);
    assert.ok((await bytesIn(store, batch)).equals(bytes));
    const parts = world.server.requests.filter(({ query }) => query.has('partNumber'));
    assert.deepEqual([...new Set(parts.map(({ query }) => query.get('partNumber')))], ['1', '2']);
  });

  it('are stored once when the answer to storing them was lost', async () => {
    await using world = await setUp();
    let isLost = false;
    world.server.trouble = ({ method }) => {
      if (method !== 'PUT' || isLost) return undefined;
      isLost = true;
      return { answerLost: true };
    };
    const bytes = bytesOf('a', 1000);
    const batch = await storedBytes(world.open(), 'one', bytes);
    assert.equal(world.server.requests.filter(({ method }) => method === 'PUT').length, 2);
    assert.ok((await bytesIn(world.open(), batch)).equals(bytes));
  });

  it('whose bytes changed in the store are corrupt', async () => {
    await using world = await setUp();
    const store = world.open();
    const batch = await storedBytes(store, 'one', bytesOf('a', 1000));
    await writeFile(world.fileOf(batch), bytesOf('b', 1000));
    const outcome = await store.open(batch);
    assert.ok(!outcome.ok && outcome.error.code === 'BATCH_CORRUPT');
  });

  it('leave no parts of one that could not be stored', async () => {
    await using world = await setUp();
    world.server.trouble = ({ query }) =>
      query.get('partNumber') === '2' ? { status: 403, code: 'AccessDenied' } : undefined;
    const outcome = await storeBytes(world.open(), 'one', bytesOf('large', limits.s3PartBytes + MiB));
    assert.ok(!outcome.ok && outcome.error.code === 'BATCH_STORE_FAILED');
    assert.match(outcome.error.hint ?? '', /s3:PutObject/);
    assert.ok(
      world.server.requests.some(({ method, query }) => method === 'DELETE' && query.has('uploadId')),
    );
  });

  it('in a bucket that does not exist say so', async () => {
    await using world = await setUp();
    world.server.trouble = () => ({ status: 404, code: 'NoSuchBucket' });
    const outcome = await storeBytes(world.open(), 'one', bytesOf('a', 10));
    assert.ok(!outcome.ok && outcome.error.code === 'BATCH_STORE_FAILED');
    assert.match(outcome.error.message, /s3:\/\/bucket\/assay\/batches\/ is in a bucket that does not exist/);
  });
});
