import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { DurableFiles, durableParameters } from '../../../src/adapters/postgres/embedded/durable-files.ts';
import type { WorkerReply, WorkerStart } from '../../../src/adapters/postgres/embedded/messages.ts';
import { databaseTemplate } from '../../support/embedded-database.ts';

/** PGlite's inside is patched here: an upgrade of it that breaks the patch must fail these tests. */
describe('durability of the embedded database', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'assay-durable-'));
    await cp(join(await databaseTemplate(), 'postgres'), directory, { recursive: true });
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('each commit reaches the disk by a sync before it returns, and no reading does', async (context) => {
    const syncs = countSyncs(context);
    const server = await start({
      fs: new DurableFiles(directory, rethrow),
      startParams: durableParameters(PGlite.defaultStartParams),
    });
    await server.exec('create table note (id integer)');
    for (let id = 0; id < 20; id++) {
      const before = syncs();
      await server.query('insert into note values ($1)', [id]);
      assert.ok(syncs() > before, 'the commit was synced');
    }
    const before = syncs();
    for (let nth = 0; nth < 20; nth++) await server.query('select count(*) from note');
    assert.equal(syncs(), before);
    await server.exec('checkpoint');
    assert.ok(syncs() > before + 1, 'the tables themselves are synced by a checkpoint');
    await server.close();
  });

  it('would have no sync at all by the defaults of PGlite', async (context) => {
    const syncs = countSyncs(context);
    const server = await start({ fs: new NodeFS(directory) });
    await server.exec('create table note (id integer); insert into note values (1); checkpoint');
    assert.equal(syncs(), 0);
    await server.close();
  });

  it('a commit whose sync fails never returns: the thread says why and ends', async () => {
    const worker = new Worker(workerWithoutSync, {
      eval: true,
      workerData: { directory, task: 'serve' } satisfies WorkerStart,
    });
    const replies: WorkerReply[] = [];
    worker.on('message', (reply: WorkerReply) => {
      replies.push(reply);
      const statements = [{ sql: 'create table note (id integer)', parameters: [] }];
      if (reply.kind === 'ready') worker.postMessage({ kind: 'query', id: 1, statements });
    });
    const [exitCode] = await once(worker, 'exit');
    assert.equal(exitCode, 1);
    assert.deepEqual(replies, [
      { kind: 'ready' },
      { kind: 'failed', error: { message: 'the disk refused to make data durable: EIO' } },
    ]);
  });
});

/** The worker thread of the database, on a disk that fails from the first query on. */
const workerWithoutSync = `
  const fs = require('node:fs');
  require('node:worker_threads').parentPort.once('message', () => {
    fs.fdatasyncSync = () => { throw new Error('EIO'); };
    require('node:module').syncBuiltinESMExports();
  });
  import(${JSON.stringify(new URL('../../../src/adapters/postgres/embedded/worker.ts', import.meta.url).href)});
`;

async function start(options: PGliteOptions): Promise<PGlite> {
  const server = new PGlite(options);
  await server.waitReady;
  return server;
}

function rethrow(error: unknown): never {
  throw error;
}

/** Counts the real calls for the rest of the test, also of those who have imported the function by name. */
function countSyncs(context: TestContext): () => number {
  const counted = context.mock.method(fs, 'fdatasyncSync');
  syncBuiltinESMExports();
  context.after(() => {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return () => counted.mock.callCount();
}
