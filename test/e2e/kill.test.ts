import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Comparable, comparableResult, differences } from '../../src/core/drills/comparable.ts';
import { flightsFile } from '../../src/demo/flight-data.ts';
import { hasBackfillEnded } from '../../src/services/ingestion/backfills.ts';
import { eventually } from '../support/eventually.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { type ServiceProcess, spawnAssay, startService } from '../support/service-process.ts';

const kills = Number(process.env['ASSAY_TEST_KILLS'] ?? 50);
const rows = 3_000_000;
const partitions = 182;
/** Each partition is ingested and measured; the last kill leaves something to be done. */
const lastMoment = 0.95 * 2 * partitions;
const seed = Number(process.env['ASSAY_TEST_SEED'] ?? 20010703);

describe(`a backfill whose process is killed ${kills} times`, () => {
  let folder: string;
  let source: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-kill-'));
    source = join(folder, 'source');
    await mkdir(join(source, 'flights'), { recursive: true });
    await copyFile(flightsFile(), join(source, 'flights', 'flights-2001.parquet'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it(`ends with the results of an undisturbed run (seed ${seed})`, async () => {
    const undisturbed = await backfilled(join(folder, 'calm'), async () => undefined);
    const random = createSeededRandom(seed);
    // Spread over all of the work: each kill waits for its share of the commits, then for a random moment after it.
    const moments = Array.from({ length: kills }, () => random.next() * lastMoment).toSorted((x, y) => x - y);
    let killed = 0;
    const disturbed = await backfilled(join(folder, 'killed'), async (data, service) => {
      let current = service;
      while (killed < kills) {
        await reaches(current, moments[killed] ?? 0);
        await delay(random.below(60));
        await current.kill();
        killed += 1;
        if (killed < kills && random.next() < 0.2) {
          // Some die again in the middle of their start.
          await killInStart(data, random.below(900));
          killed += 1;
        }
        current = await startService(data);
      }
      return current;
    });

    assert.equal(killed, kills);
    assert.equal(disturbed.rows, rows);
    assert.deepEqual(
      disturbed.revisions,
      Array.from({ length: partitions }, () => 1),
      'each partition has one revision',
    );
    assert.deepEqual(differences(undisturbed.results, disturbed.results).slice(0, 5), []);
    assert.equal(disturbed.incidents, undisturbed.incidents);
    assert.equal(disturbed.batchFiles >= partitions, true, 'each revision has its batch');
  });

  async function killInStart(data: string, afterMs: number): Promise<void> {
    const child = spawnAssay(['up', '--data', data, '--port', '0', '--log-level', 'error']);
    const exited = once(child, 'exit');
    await delay(afterMs);
    child.kill('SIGKILL');
    await exited;
  }

  /** Waits until so many of the ingest and measure tasks are committed. */
  async function reaches(service: ServiceProcess, commits: number): Promise<void> {
    const view = await eventually(
      `${commits} commits`,
      async () => {
        const list = await service.client.backfills({ dataset: 'flights' });
        const [found] = list.ok ? list.value.backfills : [];
        if (found === undefined) return undefined;
        return found.ingested + found.measured >= commits || hasBackfillEnded(found.state)
          ? found
          : undefined;
      },
      60_000,
      10,
    );
    assert.ok(!hasBackfillEnded(view.state), 'the backfill must outlast the kills');
  }

  async function backfilled(
    data: string,
    disturb: (data: string, service: ServiceProcess) => Promise<ServiceProcess | undefined>,
  ) {
    let service = await startService(data);
    const example = await readFile(join(import.meta.dirname, '../../examples/flights.yaml'), 'utf8');
    const yaml = example.replace(/^checks:\n/m, `checks:\n${queries}`);
    const applied = await service.client.apply({ yaml, file: 'flights.yaml', baseDirectory: source });
    assert.equal(applied.ok, true);
    const begun = await service.client.startBackfill({ dataset: 'flights', concurrency: 4 });
    assert.ok(begun.ok);
    service = (await disturb(data, service)) ?? service;
    const { client } = service;
    const end = await eventually(
      'the end of the backfill',
      async () => {
        const view = await client.backfill(begun.value.id);
        return view.ok && hasBackfillEnded(view.value.state) ? view.value : undefined;
      },
      180_000,
      100,
    );
    assert.equal(end.state, 'succeeded', JSON.stringify(end.failures));
    const found = await client.results('flights', { limit: 1_000 });
    assert.ok(found.ok);
    const listed = await client.partitions('flights', { limit: 1_000 });
    assert.ok(listed.ok);
    const incidents = await client.incidents({ dataset: 'flights' });
    assert.ok(incidents.ok);
    const results: Comparable[] = [];
    for (const { partition } of listed.value.partitions) {
      const page = await client.results('flights', { partition, limit: 1_000 });
      assert.ok(page.ok);
      results.push(...page.value.results.map(comparableResult));
    }
    assert.equal(await service.stop(), 0, service.log());
    return {
      rows: listed.value.partitions.reduce((sum, one) => sum + one.rowCount, 0),
      revisions: listed.value.partitions.map((one) => one.revision),
      results,
      incidents: incidents.value.incidents.length,
      batchFiles: (await readdir(join(data, 'batches', 'flights'), { recursive: true })).filter((name) =>
        name.endsWith('.parquet'),
      ).length,
    };
  }
});

/** So that there are query tasks to be killed, too. */
const queries = `  - custom_sql: {name: late, query: "select 100.0 * count(*) filter (delay > 60) / count(delay) from data"}
  - failed_rows: {name: far, query: "select * from data where distance > 4900"}
`;
