import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hasBackfillEnded } from '../../src/services/ingestion/backfills.ts';
import { eventually } from '../support/eventually.ts';
import { type PostgresServer, password, startPostgres } from '../support/postgres-server.ts';
import { runAssay, type ServiceProcess, startService } from '../support/service-process.ts';

const partitions = 60;
/** Commits of ingest and measure tasks after which the server is killed. */
const moments = [partitions / 3, partitions];

describe('the service on a PostgreSQL server', () => {
  let folder: string;
  let server: PostgresServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-on-server-'));
    await mkdir(join(folder, 'daily'));
    for (let day = 0; day < partitions; day += 1) {
      const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
      const rows = Array.from(
        { length: 80 + (day % 7) },
        (_, at) => `${at},${(at * 37 + day) % 101},c${at % 5}\n`,
      );
      await writeFile(join(folder, 'daily', `${date}.csv`), `id,amount,kind\n${rows.join('')}`);
    }
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
      const lines = [
        'dataset: daily',
        'owner: o@example.org',
        'provider: {type: files, path: "daily/*.csv"}',
        'partition: {file: true}',
      ];
      const source = { yaml: lines.join('\n'), file: 'daily.yaml', baseDirectory: folder };
      assert.ok((await service.client.apply(source)).ok);
      const begun = await service.client.startBackfill({ dataset: 'daily', concurrency: 4 });
      assert.ok(begun.ok);
      const end = await eventually(
        'the end of the backfill',
        async () => {
          const view = await service.client.backfill(begun.value.id);
          if (!view.ok) return undefined;
          if (hasBackfillEnded(view.value.state)) return view.value;
          await disturb(view.value.ingested + view.value.measured);
          return undefined;
        },
        60_000,
        10,
      );
      assert.equal(end.state, 'succeeded', JSON.stringify(end.failures));
      assert.deepEqual([end.ingested, end.measured, end.failed], [partitions, partitions, 0]);
      return await outcomeOf(service);
    } finally {
      assert.equal(await service.stop(), 0, service.log());
      assert.ok(!service.log().includes(password));
    }
  }
});

/** What must not depend on what happened on the way. */
async function outcomeOf({ client }: ServiceProcess) {
  const listed = await client.partitions('daily', { limit: 1_000 });
  assert.ok(listed.ok);
  const results: string[] = [];
  for (const { partition } of listed.value.partitions) {
    const page = await client.results('daily', { partition, limit: 1_000 });
    assert.ok(page.ok);
    results.push(...page.value.results.map((result) => JSON.stringify(result)));
  }
  return {
    revisions: listed.value.partitions.map((one) => [one.partition, one.revision, one.rowCount]),
    results,
  };
}
