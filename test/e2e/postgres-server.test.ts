import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backfillDaily, outcomeOfDaily, registerDaily, writeDays } from '../support/daily-dataset.ts';
import { type PostgresServer, password, startPostgres } from '../support/postgres-server.ts';
import { runAssay, startService } from '../support/service-process.ts';

const partitions = 60;
/** Commits of ingest and measure tasks after which the server is killed. */
const moments = [partitions / 3, partitions];

describe('the service on a PostgreSQL server', () => {
  let folder: string;
  let server: PostgresServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-on-server-'));
    await writeDays(folder, partitions);
    server = await startPostgres();
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('completes a backfill, with the results of an undisturbed one, when the server is killed twice', async () => {
    const calm = await backfilled('calm', async () => undefined);
    let kills = 0;
    const disturbed = await backfilled('disturbed', async (commits) => {
      const next = moments[kills];
      if (next === undefined || commits < next) return;
      kills += 1;
      await server.kill();
      await server.restart();
    });
    assert.equal(kills, moments.length);
    assert.equal(calm.results.length > partitions, true);
    assert.deepEqual(disturbed, calm);
  });

  it('refuses a data directory of the other kind of database, so that its batches stay', async () => {
    const [onServer, embedded] = [join(folder, 'on-server'), join(folder, 'embedded')];
    const env = { ASSAY_DATABASE_URL: await server.createDatabase() };
    await (await startService(onServer, env)).stop();
    await mkdir(join(embedded, 'database'), { recursive: true });
    for (const [data, given] of [
      [onServer, {}],
      [embedded, env],
    ] as const) {
      const { code, err } = await runAssay(['up', '--data', data, '--port', '0'], given);
      assert.equal(code, 3);
      assert.match(err, /REQUEST_INVALID: .* was used with another kind of database/);
      assert.ok(!err.includes(password));
    }
  });

  async function backfilled(name: string, disturb: (commits: number) => Promise<void>) {
    const env = { ASSAY_DATABASE_URL: await server.createDatabase() };
    const service = await startService(join(folder, name), env);
    try {
      await registerDaily(service.client, folder);
      const end = await backfillDaily(service.client, disturb);
      assert.equal(end.state, 'succeeded', JSON.stringify(end.failures));
      assert.deepEqual([end.ingested, end.measured, end.failed], [partitions, partitions, 0]);
      return await outcomeOfDaily(service.client);
    } finally {
      assert.equal(await service.stop(), 0, service.log());
      assert.ok(!service.log().includes(password));
    }
  }
});
