import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { day } from '../../src/base/units.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { openServiceWorkplace, type ServiceWorkplace } from '../support/service-workplace.ts';

/** The whole way of a dataset through the commands and the API of a service in a process of its own. */
describe('a running service', () => {
  let workplace: ServiceWorkplace;

  before(async () => {
    workplace = await openServiceWorkplace(async (directory) => {
      await mkdir(join(directory, 'data'));
      for (let at = 0; at < 24; at += 1) await writeDay(directory, { at, rows: 300 });
      await writeFile(join(directory, 'flights.yaml'), definition);
    });
  });

  after(() => workplace.close());

  it('takes a dataset from its registration to a resolved incident', async () => {
    assert.equal(
      (await workplace.assay('apply', '-f', 'flights.yaml')).text,
      'flights: created (version 1)\n',
    );
    const backfill = await workplace.assay('backfill', 'flights');
    assert.equal(backfill.exitCode, 0, backfill.errors);
    assert.match(backfill.text, /^flights: backfill succeeded in .*: 24 partitions, 7,2\d\d rows\n$/);
    assert.equal((await workplace.assay('results', 'flights')).exitCode, 0);

    await writeDay(workplace.directory, { at: 24, rows: 30 });
    const scan = await workplace.assay('scan', 'flights', '--wait');
    assert.equal(scan.exitCode, 1, scan.errors);
    assert.match(scan.text, /│ 2001-01-25 │ +3\d │ +│ ✗ fail/);
    const results = await workplace.assay('results', 'flights');
    assert.equal(results.exitCode, 1);
    assert.match(results.text, /^flights 2001-01-25 \(revision 1\): \d+ fail/);
    const explained = await workplace.assay('explain', 'flights', '2001-01-25', 'row_count');
    assert.equal(explained.exitCode, 0);
    assert.match(explained.text, /the same, bit for bit/);

    const { json } = await workplace.assay('incidents', 'flights', '--json');
    assert.equal(json.incidents.length, 1);
    const [{ id }] = json.incidents;
    assert.equal((await workplace.assay('incidents', 'resolve', id, '--reason', 'real_error')).exitCode, 0);
    assert.match((await workplace.assay('incidents', 'flights')).errors, /no incident is open/);
  });

  it("says what a partition's retry did, and that nothing is new afterwards", async () => {
    await writeDay(workplace.directory, { at: 24, rows: 300 });
    const retry = await workplace.assay('backfill', 'retry', 'flights', '2001-01-25');
    assert.equal(retry.exitCode, 0, retry.errors);
    assert.match(retry.text, /│ 2001-01-25 │ +3\d\d │ +│ ✓ pass/);
    const idle = await workplace.assay('scan', 'flights', '--wait');
    assert.equal(idle.text, 'flights: nothing new, 25 partitions are unchanged\n');
    const none = await workplace.assay('scan', 'flights', '--partition', '1999-01-01', '--wait');
    assert.equal(none.exitCode, 3);
    assert.match(none.errors, /^error PARTITION_NOT_FOUND/);
  });

  it('gives answers that are as its document says', async () => {
    const { body } = await workplace.call('GET', '/jobs?limit=1000');
    for (const { id } of body.jobs.slice(0, 50))
      assert.equal((await workplace.call('GET', `/jobs/${id}`)).status, 200);
    const kinds: ReadonlySet<string> = new Set(body.jobs.map(({ kind }: { kind: string }) => kind));
    assert.deepEqual([...kinds].toSorted(), ['backfill', 'check', 'learn', 'profile', 'scan']);
    for (const path of [
      '/datasets',
      '/datasets/flights',
      '/datasets/flights/partitions',
      '/backfills',
      '/incidents',
    ]) {
      assert.equal((await workplace.call('GET', path)).status, 200, path);
    }
    const { results } = (await workplace.call('GET', '/datasets/flights/results?limit=1000&history=20')).body;
    assert.ok(results.length > 100);
    for (const { id, metric } of results.slice(0, 60)) {
      assert.equal((await workplace.call('GET', `/results/${id}`)).status, 200);
      const explained = await workplace.call('GET', `/results/${id}/explanation`);
      assert.equal(explained.body.recomputation.agrees, true, JSON.stringify(explained.body));
      assert.equal(
        (await workplace.call('GET', `/datasets/flights/metrics/${encodeURIComponent(metric)}`)).status,
        200,
      );
    }
    const scans = body.jobs.filter(({ kind }: { kind: string }) => kind === 'scan');
    for (const { id } of scans) assert.equal((await workplace.call('GET', `/scans/${id}`)).status, 200);
  });

  it('is well, counts its requests and forgets a dataset for good', async () => {
    assert.equal((await fetch(`${workplace.service.url}/healthz`)).status, 200);
    assert.equal((await fetch(`${workplace.service.url}/readyz`)).status, 200);
    const metrics = await (await fetch(`${workplace.service.url}/metrics`)).text();
    assert.match(metrics, /assay_http_request_duration_seconds_count\{.*route="\/api\/v1\/backfills"/);
    assert.equal((await workplace.assay('delete', 'flights')).exitCode, 0);
    assert.match((await workplace.assay('datasets')).errors, /no dataset is registered/);
    assert.equal((await workplace.call('GET', '/datasets/flights')).body.code, 'DATASET_NOT_FOUND');
  });
});

const definition = `dataset: flights
owner: ops@example.org
provider: {type: files, path: "data/f-*.csv"}
partition: {column: date, by: day}
backfill: {from: 2001-01-01, to: 2001-01-24}
checks:
  - row_count: {must_be_greater_than: 0}
`;

/** One day of made-up flights: about so many rows, always the same for the same day and number. */
async function writeDay(directory: string, wish: { at: number; rows: number }): Promise<void> {
  const date = new Date(Date.UTC(2001, 0, 1) + wish.at * day).toISOString().slice(0, 10);
  const random = createSeededRandom(wish.at + 1);
  const rows = Array.from(
    { length: wish.rows + random.below(8) },
    () => `${date},${random.pick(['ATL', 'ORD', 'JFK'])},${random.below(60) - 10}`,
  );
  await writeFile(join(directory, 'data', `f-${date}.csv`), `date,origin,delay\n${rows.join('\n')}\n`);
}
