import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createRemoteBatchStore } from '../../../../src/adapters/directory/remote-batch-store.ts';
import { createRandom } from '../../../../src/adapters/system/random.ts';
import { MiB } from '../../../../src/base/units.ts';
import type { Batch } from '../../../../src/core/datasets/revision.ts';
import { batchStoreConformance } from '../../../conformance/batch-store.ts';
import { openOnServer, startPostgres } from '../../../support/postgres-server.ts';

const server = await startPostgres();
const url = await server.createDatabase();
const database = await openOnServer(url);
after(async () => {
  await database.close();
  await server[Symbol.asyncDispose]();
});

batchStoreConformance('postgres', async () => {
  const scratchDirectory = await mkdtemp(join(tmpdir(), 'assay-scratch-'));
  await server.asSuperuser(url, 'truncate stored_batch cascade');
  const open = () =>
    createRemoteBatchStore({
      stored: database.storedBatches,
      scratchDirectory,
      cacheBytesMax: MiB,
      random: createRandom(),
    });
  return {
    store: open(),
    reopen: () => Promise.resolve(open()),
    advance: async (ms: number) =>
      void (await server.asSuperuser(url, `update stored_batch set stored_at = stored_at - ${ms}`)),
    truncate: async ({ location }: Batch) => {
      const found = `select id from stored_batch where location = '${location}'`;
      const shorter = 'set bytes = substring(bytes for length(bytes) - 1)';
      await server.asSuperuser(url, `update batch_piece ${shorter} where batch in (${found})`);
    },
    [Symbol.asyncDispose]: () => rm(scratchDirectory, { recursive: true, force: true }),
  };
});
