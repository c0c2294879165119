import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { instant } from '../../src/base/units.ts';
import type { LearnedRecord } from '../../src/core/thresholds/record.ts';
import { ended, jobEnd, key, TestWorld, value } from '../conformance/database-fixtures.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

describe('the API on the embedded database', () => {
  let store: TestDatabase;
  let api: ApiService;

  before(async () => {
    store = await openTestDatabase();
    api = await startApi({ database: store.database });
  });

  after(async () => {
    await api[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  /** A dataset with daily partitions, registered through the API. */
  async function registered(): Promise<TestWorld> {
    const world = new TestWorld(store.database);
    const answer = await api.call('PUT', '/datasets', applyBody(world));
    assert.equal(answer.body.action, 'created');
    return world;
  }

  it('registers, lists, shows and forgets datasets', async () => {
    const world = await registered();
    assert.equal((await api.call('PUT', '/datasets', applyBody(world))).body.action, 'unchanged');
    const yaml = applyBody(world).yaml.replace('ops@', 'data@');
    const dry = await api.call('PUT', '/datasets', { ...applyBody(world), yaml, dryRun: true });
    assert.deepEqual([dry.body.action, dry.body.version], ['changed', 1]);
    assert.equal((await api.call('PUT', '/datasets', { ...applyBody(world), yaml })).body.version, 2);
    await world.ingested('2001-01-01');
    await world.ingested('2001-01-02', { rejected: { count: 3, samples: [] } });
    const shown = await api.call('GET', `/datasets/${world.dataset}`);
    assert.equal(shown.body.definition.owner, 'data@example.org');
    assert.equal(shown.body.lastPartition.partition, '2001-01-02');
    const { datasets } = (await api.call('GET', '/datasets')).body;
    assert.ok(datasets.some(({ dataset }: { dataset: string }) => dataset === world.dataset));
    const { partitions } = (await api.call('GET', `/datasets/${world.dataset}/partitions?limit=1`)).body;
    assert.deepEqual(
      partitions.map((one: { rejectedCount: number }) => one.rejectedCount),
      [3],
    );
    assert.equal((await api.call('DELETE', `/datasets/${world.dataset}`)).status, 204);
    assert.equal((await api.call('GET', `/datasets/${world.dataset}`)).status, 404);
    assert.deepEqual((await api.call('GET', `/jobs?dataset=${world.dataset}`)).body.jobs, []);
  });

  it('changes a policy once for each version that its author has seen, and nothing else of the definition', async () => {
    const world = await registered();
    const path = `/datasets/${world.dataset}/policy`;
    const strict = {
      yaml: 'policy: {alerts_per_month: 4}\nchecks: [{row_count: {must_be_greater_than: 10}}]',
    };
    const seen = { 'if-match': '"1"' };
    assert.equal((await api.call('PUT', path, strict)).status, 400, 'nobody changes what they have not seen');
    const saved = await api.call('PUT', path, strict, seen);
    assert.deepEqual([saved.status, saved.body.action, saved.body.version], [200, 'changed', 2]);
    assert.ok(saved.body.changes.some((one: { path: string }) => one.path === 'policy.alerts_per_month'));
    const late = await api.call('PUT', path, { yaml: 'policy: {alerts_per_month: 9}' }, seen);
    assert.deepEqual([late.status, late.body.code], [412, 'DEFINITION_CHANGED']);
    const same = await api.call('PUT', path, strict, { 'if-match': '"2"' });
    assert.deepEqual([same.body.action, same.body.version], ['unchanged', 2]);
    const bad = await api.call('PUT', path, { yaml: 'policy: {alerts: 1}' }, { 'if-match': '"2"' });
    assert.equal(bad.body.code, 'CHECKS_INVALID');
    const { definition, version } = (await api.call('GET', `/datasets/${world.dataset}`)).body;
    assert.deepEqual([version, definition.policy.alertsPerMonth, definition.checks.length], [2, 4, 1]);
    assert.equal(definition.owner, 'ops@example.org');
  });

  it('lists what was told about all datasets, page by page and in one state', async () => {
    const worlds = [await registered(), await registered()];
    for (const [at, { dataset }] of worlds.entries()) {
      const message = { dataset, at: 1, title: `t${at}`, kind: 'backfill_finished', status: 'pass' };
      const shown = { ...message, lines: [], counts: {}, incidents: [] } as never;
      await store.database.outbox.add(
        [{ id: `told-${at}`, dataset, channel: 'log', message: shown }],
        instant(1),
      );
    }
    const first = (await api.call('GET', '/notifications?limit=1')).body;
    assert.deepEqual(
      first.notifications.map((one: { id: string }) => one.id),
      ['told-1'],
    );
    const next = (await api.call('GET', `/notifications?limit=1&cursor=${first.nextCursor}`)).body;
    assert.deepEqual(
      next.notifications.map((one: { id: string }) => one.id),
      ['told-0'],
    );
    await store.database.outbox.markDelivered('told-1', instant(2));
    const { notifications } = (await api.call('GET', '/notifications?state=delivered')).body;
    assert.deepEqual(
      notifications.map((one: { id: string }) => one.id),
      ['told-1'],
    );
  });

  it('starts one backfill at a time, steers all of its jobs and shows its end', async () => {
    const world = await registered();
    const answers = await Promise.all(
      [1, 2, 3].map(() => api.call('POST', '/backfills', { dataset: world.dataset, from: '2001-01' })),
    );
    const started = answers.filter(({ status }) => status === 202);
    assert.equal(started.length, 1);
    const id = started[0]?.body.id;
    assert.equal(started[0]?.body.state, 'looking_up');
    assert.equal((await api.call('POST', `/backfills/${id}/pause`)).body.state, 'paused');
    const controls = async () => {
      const { jobs } = (await api.call('GET', `/jobs?group=${id}`)).body;
      return jobs
        .map(({ kind, control }: { kind: string; control: string }) => `${kind} ${control}`)
        .toSorted();
    };
    assert.deepEqual(await controls(), ['backfill pause', 'learn pause']);
    await api.call('POST', `/backfills/${id}/resume`);
    assert.deepEqual(await controls(), ['backfill run', 'learn run']);
    await api.call('POST', `/backfills/${id}/cancel`);
    assert.deepEqual(await controls(), ['backfill cancel', 'learn cancel']);
    const { jobs } = (await api.call('GET', `/jobs?group=${id}`)).body;
    for (const job of jobs)
      await store.database.jobs.end([{ id: job.id, end: { ...jobEnd, status: 'cancelled' } }]);
    assert.equal((await api.call('GET', `/backfills/${id}`)).body.state, 'cancelled');
    assert.equal((await api.call('POST', `/backfills/${id}/resume`)).body.code, 'ACTION_NOT_ALLOWED');
    const again = await api.call('POST', '/backfills', { dataset: world.dataset });
    assert.equal(again.status, 202);
    const list = await api.call('GET', `/backfills?dataset=${world.dataset}`);
    assert.deepEqual(
      list.body.backfills.map((one: { id: string }) => one.id),
      [again.body.id, id],
    );
    await world.finish();
  });

  it('shows a scan with what it found and what failed', async () => {
    const world = await registered();
    const { id } = (await api.call('POST', '/scans', { dataset: world.dataset })).body;
    await store.database.jobs.recordEnds([{ job: id, outcome: ended('ingest/2001-01-09'), followUps: [] }]);
    await store.database.jobs.end([{ id, end: { ...jobEnd, status: 'failed' } }]);
    const scan = await api.call('GET', `/scans/${id}`);
    assert.equal(scan.body.state, 'failed');
    assert.equal(scan.body.partitions[0].failure.code, 'SOURCE_UNREADABLE');
    const job = await api.call('GET', `/jobs/${id}`);
    assert.equal(job.body.tasks[0].name, 'ingest/2001-01-09');
    assert.equal((await api.call('GET', '/scans/none')).status, 404);
  });

  it('shows results with plots, series and explanations, also of bands that are open on one side', async () => {
    const world = await registered();
    for (const [partition, status, rows] of [
      ['2001-01-01', 'pass', 10],
      ['2001-01-02', 'fail', 99],
    ] as const) {
      await world.ingested(partition);
      const result = world.result(partition, {
        status,
        value: rows,
        lower: Number.NEGATIVE_INFINITY,
        upper: 20,
        severity: 2,
        record: { kind: 'learned', learned: openBand },
      });
      await world.evaluated([
        world.evaluation(partition, {
          results: [result],
          values: [value('row_count', rows, { scale: 'count' })],
        }),
      ]);
    }
    const latest = await api.call('GET', `/datasets/${world.dataset}/results?latest=true&history=20`);
    const [found] = latest.body.results;
    assert.deepEqual([found.status, found.upper, 'lower' in found], ['fail', 20, false]);
    assert.deepEqual(latest.body.metrics.row_count.values, [10, 99]);
    const bad = await api.call('GET', `/datasets/${world.dataset}/results?status=warn,fail`);
    assert.equal(bad.body.results.length, 1);
    const series = await api.call('GET', `/datasets/${world.dataset}/metrics/row_count`);
    assert.deepEqual(
      series.body.points.map((point: { value: number }) => point.value),
      [10, 99],
    );
    const explained = await api.call('GET', `/results/${encodeURIComponent(found.id)}/explanation`);
    assert.match(explained.body.explanation.headline, /^row_count 99/);
    const path = `/datasets/${world.dataset}/explanation?partition=2001-01-01&check=row_count`;
    assert.equal((await api.call('GET', path)).body.result.status, 'pass');
    await world.finish();
  });

  it('changes an incident once, though several people act at the same moment', async () => {
    const world = await registered();
    await world.ingested('2001-01-01');
    const id = `incident-${world.dataset}`;
    const line = {
      partition: key('2001-01-01'),
      revision: 1,
      check: 'row_count',
      status: 'fail',
      text: 'row_count 0',
      severity: 1,
      open: true,
    } as const;
    await world.evaluated([world.evaluation('2001-01-01')], [world.incident(id, { lines: [line] })]);
    const answers = await Promise.all(
      ['ana', 'ben', 'cy'].map((by) => api.call('POST', `/incidents/${id}/acknowledge`, { by })),
    );
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409, 409],
    );
    const closed = await api.call('POST', `/incidents/${id}/resolve`, { by: 'ana', reason: 'expected_once' });
    assert.equal(closed.body.state.reason, 'expected_once');
    assert.deepEqual(
      (await api.call('GET', `/incidents?dataset=${world.dataset}&open=true`)).body.incidents,
      [],
    );
    assert.equal((await api.call('GET', `/incidents?dataset=${world.dataset}`)).body.incidents.length, 1);
    assert.equal((await api.call('POST', `/incidents/${id}/reopen`, {})).body.state.state, 'new');
    await world.finish();
  });

  it('is well as long as the database answers', async () => {
    assert.equal((await fetch(`${api.url}/healthz`)).status, 200);
  });
});

function applyBody(world: TestWorld): { yaml: string; file: string; baseDirectory: string } {
  const yaml = `dataset: ${world.dataset}
owner: ops@example.org
provider: {type: files, path: "data/*.csv"}
partition: {column: date, by: day}
`;
  return { yaml, file: 'dataset.yaml', baseDirectory: '/srv' };
}

/** Learned, with an upper bound alone. */
const openBand: LearnedRecord = {
  state: 'banded',
  model: 'level',
  transform: 'identity',
  prediction: 10,
  scale: 1,
  floor: 1,
  bar: 10,
  spread: 1,
  history: 30,
  quantile: 3,
  recordZ: 2,
  lambda: 1,
  sensitivity: 1,
  minimumEffect: 0,
  expected: 10,
  lower: Number.NEGATIVE_INFINITY,
  upper: 20,
  trainedFrom: key('2000-12-01'),
  trainedTo: key('2000-12-31'),
  excluded: [],
};
