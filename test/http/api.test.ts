import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JobId, jobId, partitionKey, taskName } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import {
  addJob,
  applyBody,
  flights,
  flightsYaml,
  newIncident,
  registerFlights,
  rowCountResult,
} from '../support/api-fixtures.ts';
import { startApi } from '../support/api-service.ts';
import { fixtureTime } from '../support/memory-database.ts';

describe('datasets', () => {
  it('are created, changed and left alone by the same request', async () => {
    await using api = await startApi();
    const created = await api.call('PUT', '/datasets', applyBody);
    assert.equal(created.status, 200);
    assert.equal(created.body.action, 'created');
    assert.equal(created.body.version, 1);
    const again = await api.call('PUT', '/datasets', applyBody);
    assert.equal(again.body.action, 'unchanged');
    assert.deepEqual(again.body.changes, []);
    const yaml = flightsYaml.replace('ops@', 'data@');
    const changed = await api.call('PUT', '/datasets', { ...applyBody, yaml });
    assert.equal(changed.body.action, 'changed');
    assert.deepEqual(changed.body.changes, [
      { kind: 'changed', path: 'owner', before: 'ops@example.org', after: 'data@example.org' },
    ]);
  });

  it('stay as they are in a dry run, which says what it would do', async () => {
    await using api = await startApi();
    const dry = await api.call('PUT', '/datasets', { ...applyBody, dryRun: true });
    assert.equal(dry.body.action, 'created');
    assert.equal(dry.body.version, 0);
    assert.ok(dry.body.changes.length > 0);
    assert.deepEqual((await api.call('GET', '/datasets')).body, { datasets: [] });
  });

  it('are refused with file, line and what is wrong', async () => {
    await using api = await startApi();
    const refused = await api.call('PUT', '/datasets', {
      ...applyBody,
      yaml: 'dataset: Not A Name\nowner: me\n',
    });
    assert.equal(refused.status, 422);
    assert.equal(refused.body.code, 'DATASET_INVALID');
    assert.match(JSON.stringify(refused.body), /flights\.yaml/);
  });

  it('are listed page by page with the state of their last partition', async () => {
    await using api = await startApi();
    for (const name of ['alpha', 'beta', 'gamma']) {
      await api.call('PUT', '/datasets', { ...applyBody, yaml: flightsYaml.replace('flights', name) });
    }
    await registerFlights(api);
    api.contents.partitions.set(flights, [
      {
        partition: partitionKey('2001-01-01'),
        revision: 1,
        rowCount: 10,
        rejectedCount: 0,
        ingestedAt: fixtureTime(1),
      },
      {
        partition: partitionKey('2001-01-02'),
        revision: 2,
        rowCount: 0,
        rejectedCount: 3,
        ingestedAt: fixtureTime(2),
        status: 'fail',
      },
    ]);
    api.contents.incidents.set('i1', newIncident('i1'));
    const first = await api.call('GET', '/datasets?limit=2');
    assert.deepEqual(
      first.body.datasets.map(({ dataset }: { dataset: string }) => dataset),
      ['alpha', 'beta'],
    );
    const second = await api.call('GET', '/datasets?after=beta&limit=2');
    const [found] = second.body.datasets;
    assert.equal(found.dataset, 'flights');
    assert.equal(found.lastPartition.partition, '2001-01-02');
    assert.equal(found.incidentsOpen, 1);
    const partitions = await api.call('GET', '/datasets/flights/partitions?before=2001-01-02');
    assert.deepEqual(
      partitions.body.partitions.map(({ partition }: { partition: string }) => partition),
      ['2001-01-01'],
    );
  });

  it('are shown with secrets as references and without what addresses may hide', async () => {
    await using api = await startApi();
    const notify = (token: string) =>
      `notify: [{webhook: {url: "https://hooks.example.org/${token}", secret: "\${env:HOOK_SECRET}"}}]\n`;
    const apply = (token: string, dryRun = false) =>
      api.call('PUT', '/datasets', { ...applyBody, yaml: `${flightsYaml}${notify(token)}`, dryRun });
    const applied = await apply('hunter2');
    assert.equal(applied.status, 200);
    const shown = await api.call('GET', '/datasets/flights');
    assert.deepEqual(shown.body.definition.notify, [
      {
        type: 'webhook',
        url: 'https://hooks.example.org/***',
        secret: { from: 'environment', name: 'HOOK_SECRET' },
      },
    ]);
    const dry = await apply('hunter3', true);
    assert.equal(dry.body.action, 'changed');
    const plain = await api.call('PUT', '/datasets', {
      ...applyBody,
      yaml: `${flightsYaml}notify: [{webhook: {url: "https://h.example.org", secret: hunter4}}]\n`,
    });
    assert.equal(plain.body.code, 'DATASET_INVALID');
    assert.doesNotMatch(JSON.stringify([applied, shown, dry, plain].map(({ body }) => body)), /hunter/);
    assert.doesNotMatch(JSON.stringify(api.kit.log.events), /hunter/);
  });

  it('are forgotten when deleted', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const deleted = await api.call('DELETE', '/datasets/flights');
    assert.equal(deleted.status, 204);
    const gone = await api.call('GET', '/datasets/flights');
    assert.equal(gone.status, 404);
    assert.equal(gone.body.code, 'DATASET_NOT_FOUND');
    assert.equal((await api.call('DELETE', '/datasets/flights')).status, 404);
  });
});

describe('backfills', () => {
  it('are enqueued with the job that learns, in one group', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const started = await api.call('POST', '/backfills', {
      dataset: 'flights',
      from: '2001-01-01',
      to: '2001-03-31',
    });
    assert.equal(started.status, 202);
    const { id } = started.body;
    assert.equal(started.body.concurrency, limits.backfillConcurrencyDefault);
    const jobs = [...api.contents.jobs.values()].map(({ job }) => job);
    assert.deepEqual(
      jobs.map(({ spec, group }) => [spec.kind, group]),
      [
        ['backfill', id],
        ['learn', id],
      ],
    );
    assert.deepEqual(jobs[1]?.spec, { kind: 'learn', from: '2001-01-01', to: '2001-03-31' });
  });

  it('take the frame of the definition when none is given', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const started = await api.call('POST', '/backfills', { dataset: 'flights' });
    assert.equal(started.body.from, '2001-01-01');
    assert.equal(started.body.to, '2001-06-28');
  });

  it('are refused with frames and concurrencies that can not be', async () => {
    await using api = await startApi();
    await registerFlights(api);
    for (const wrong of [
      { from: '2001-02-30' },
      { from: 'yesterday' },
      { from: '2001-03-01', to: '2001-02-01' },
      { from: '2001-03-01', to: '2001-02' },
      { concurrency: limits.backfillConcurrencyMax + 1 },
      { concurrency: 0 },
      { concurrency: 1.5 },
      { concurrency: '4' },
    ]) {
      const refused = await api.call('POST', '/backfills', { dataset: 'flights', ...wrong });
      assert.equal(refused.status, 400, JSON.stringify(wrong));
      assert.equal(refused.body.code, 'REQUEST_INVALID');
    }
    assert.equal(api.contents.jobs.size, 0);
  });

  it('never run twice at once for one dataset, however fast the second click is', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.call('POST', '/backfills', { dataset: 'flights' })),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    assert.equal(accepted.length, 1);
    for (const refused of answers.filter(({ status }) => status !== 202)) {
      assert.equal(refused.body.code, 'ACTION_NOT_ALLOWED');
      assert.match(refused.body.detail, new RegExp(accepted[0]?.body.id));
    }
    assert.equal(api.contents.jobs.size, 2);
  });

  it('are refused while the learning of the last one is open', async () => {
    await using api = await startApi();
    await registerFlights(api);
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    addJob(api.contents, { id: 'l1', spec: { kind: 'learn' }, group: 'b1' });
    endJob(api.contents.jobs.get(jobId('b1')));
    const refused = await api.call('POST', '/backfills', { dataset: 'flights' });
    assert.equal(refused.status, 409);
    assert.match(refused.body.detail, /b1/);
  });

  it('are refused with Retry-After when the queue of the dataset is full', async () => {
    await using api = await startApi();
    await registerFlights(api);
    for (let at = 0; at < limits.openJobsPerDatasetMax; at += 1) {
      addJob(api.contents, { id: `s${at}`, spec: { kind: 'scan' } });
    }
    const refused = await api.call('POST', '/backfills', { dataset: 'flights' });
    assert.equal(refused.status, 429);
    assert.equal(refused.body.code, 'QUEUE_FULL');
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]$/);
    assert.equal((await api.call('POST', '/scans', { dataset: 'flights' })).status, 429);
  });

  it('pause, resume and cancel with every open job of the group, and nothing else', async () => {
    await using api = await startApi();
    await registerFlights(api);
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    addJob(api.contents, { id: 'l1', spec: { kind: 'learn' }, group: 'b1' });
    addJob(api.contents, { id: 'other', spec: { kind: 'scan' } });
    const controls = () => [...api.contents.jobs.values()].map(({ job }) => job.control);
    assert.equal((await api.call('POST', '/backfills/b1/pause')).body.state, 'paused');
    assert.deepEqual(controls(), ['pause', 'pause', 'run']);
    assert.equal((await api.call('POST', '/backfills/b1/resume')).status, 200);
    assert.deepEqual(controls(), ['run', 'run', 'run']);
    assert.equal((await api.call('POST', '/backfills/b1/cancel')).status, 200);
    assert.deepEqual(controls(), ['cancel', 'cancel', 'run']);
    const late = await api.call('POST', '/backfills/b1/resume');
    assert.equal(late.body.code, 'ACTION_NOT_ALLOWED');
    for (const one of api.contents.jobs.values()) endJob(one);
    assert.equal((await api.call('POST', '/backfills/b1/pause')).status, 409);
    assert.equal((await api.call('POST', '/backfills/none/pause')).body.code, 'BACKFILL_NOT_FOUND');
    assert.equal((await api.call('GET', '/backfills/other')).body.code, 'BACKFILL_NOT_FOUND');
  });

  it('show their rate since they began', async () => {
    await using api = await startApi();
    await registerFlights(api);
    addJob(api.contents, { id: 'b1', spec: { kind: 'backfill', concurrency: 1 }, group: 'b1' });
    api.contents.progress.set(jobId('b1'), {
      state: 'running',
      partitions: 100,
      ingested: 30,
      measured: 18,
      failed: 2,
      rows: 5_000,
    });
    await api.kit.clock.advance(10_000);
    const { rate } = (await api.call('GET', '/backfills/b1')).body;
    assert.deepEqual(rate, { rowsPerSecond: 500, partitionsPerSecond: 2, etaMs: 40_000 });
    const { backfills } = (await api.call('GET', '/backfills?dataset=flights')).body;
    assert.equal(backfills.length, 1);
  });
});

describe('scans', () => {
  it('are enqueued with what is asked for', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const body = { dataset: 'flights', only: ['2001-01-01', '2001-01-01'], force: true };
    const started = await api.call('POST', '/scans', body);
    assert.equal(started.status, 202);
    assert.equal(started.body.state, 'scanning');
    const job = api.contents.jobs.get(started.body.id)?.job;
    assert.deepEqual(job?.spec, { kind: 'scan', only: ['2001-01-01'], force: true });
    assert.equal(job?.priority, 1);
  });

  it('show what they found, until the verdicts are there', async () => {
    await using api = await startApi();
    await registerFlights(api);
    addJob(api.contents, { id: 's1', spec: { kind: 'scan' } });
    const scan = api.contents.jobs.get(jobId('s1'));
    const revision = { dataset: flights, partition: partitionKey('2001-01-02'), number: 3 };
    const times = { startedAt: fixtureTime(1), endedAt: fixtureTime(2), attempts: 1 };
    scan?.tasks.push(
      {
        name: taskName('lookup'),
        status: 'done',
        ...times,
        output: { kind: 'lookup', changed: [], unchanged: 7 },
      },
      {
        name: taskName('ingest/2001-01-02'),
        status: 'done',
        ...times,
        output: { kind: 'ingest', revision, rowCount: 10, rejectedCount: 0, sizeBytes: 100 },
      },
      {
        name: taskName('ingest/2001-01-03'),
        status: 'failed',
        ...times,
        error: { code: 'SOURCE_UNREADABLE', message: 'broken' },
      },
    );
    endJob(scan);
    addJob(api.contents, { id: 'c1', spec: { kind: 'check', revision, batches: 1 } });
    assert.equal((await api.call('GET', '/scans/s1')).body.state, 'checking');
    endJob(api.contents.jobs.get(jobId('c1')));
    api.contents.partitions.set(flights, [
      {
        partition: revision.partition,
        revision: 3,
        rowCount: 10,
        rejectedCount: 0,
        ingestedAt: fixtureTime(2),
        status: 'warn',
      },
    ]);
    const { body } = await api.call('GET', '/scans/s1');
    assert.equal(body.state, 'succeeded');
    assert.equal(body.unchanged, 7);
    assert.deepEqual(body.partitions, [
      { partition: '2001-01-02', rowCount: 10, rejectedCount: 0, revision: 3, status: 'warn' },
      { partition: '2001-01-03', failure: { code: 'SOURCE_UNREADABLE', message: 'broken' } },
    ]);
    assert.equal((await api.call('GET', '/scans/c1')).body.code, 'JOB_NOT_FOUND');
  });
});

describe('results', () => {
  it('are those of the newest partition, with the values of their metrics', async () => {
    await using api = await startApi();
    await registerFlights(api);
    api.contents.results.push(
      rowCountResult({ partition: '2001-01-01', status: 'pass', value: 10 }),
      rowCountResult({ partition: '2001-01-02', status: 'fail', value: 0 }),
    );
    api.contents.history = {
      partitions: ['2001-01-01', '2001-01-02'].map((key) => ({ key: partitionKey(key), revision: 1 })),
      series: [
        { metric: 'row_count', scale: 'count', values: [10, 0], rows: [10, 0] },
        { metric: 'delay.avg', scale: 'number', values: [1, null], rows: [10, 0] },
      ],
    };
    const latest = await api.call('GET', '/datasets/flights/results?latest=true&history=20');
    assert.deepEqual(
      latest.body.results.map(({ status }: { status: string }) => status),
      ['fail'],
    );
    assert.deepEqual(latest.body.metrics, { row_count: { scale: 'count', values: [10, 0] } });
    const earlier = await api.call('GET', '/datasets/flights/results?partition=2001-01-01&history=20');
    assert.deepEqual(earlier.body.metrics, { row_count: { scale: 'count', values: [10] } });
    const bad = await api.call('GET', '/datasets/flights/results?status=warn,fail');
    assert.equal(bad.body.results.length, 1);
    assert.deepEqual(bad.body.metrics, {});
    const none = await api.call('GET', '/datasets/flights/results?check=other&latest=true');
    assert.deepEqual(none.body.results, []);
  });

  it('are found by id, and by partition and check, each with an explanation', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const result = rowCountResult({ partition: '2001-01-02', status: 'fail', value: 0 });
    api.contents.results.push(result);
    assert.deepEqual((await api.call('GET', `/results/${result.id}`)).body, result);
    const byId = await api.call('GET', `/results/${result.id}/explanation`);
    const byCheck = await api.call(
      'GET',
      '/datasets/flights/explanation?partition=2001-01-02&check=row_count',
    );
    assert.equal(byId.status, 200);
    assert.deepEqual(byId.body, byCheck.body);
    assert.equal((await api.call('GET', '/results/none')).body.code, 'RESULT_NOT_FOUND');
    const none = await api.call('GET', '/datasets/flights/explanation?partition=2001-01-09&check=row_count');
    assert.equal(none.body.code, 'RESULT_NOT_FOUND');
  });

  it('come with the series of their metric, whatever its name holds', async () => {
    await using api = await startApi();
    await registerFlights(api);
    api.contents.series.set('a/b c.avg', [
      { partition: partitionKey('2001-01-01'), revision: 1, value: null },
      { partition: partitionKey('2001-01-02'), revision: 1, value: 2, lower: 1, upper: 3, status: 'pass' },
    ]);
    const series = await api.call('GET', `/datasets/flights/metrics/${encodeURIComponent('a/b c.avg')}`);
    assert.equal(series.body.points.length, 2);
  });
});

describe('jobs', () => {
  it("are listed by dataset, kind and state, and shown without the provider's own data", async () => {
    await using api = await startApi();
    addJob(api.contents, { id: 's1', spec: { kind: 'scan' } });
    addJob(api.contents, { id: 's2', spec: { kind: 'scan' } });
    endJob(api.contents.jobs.get(jobId('s1')));
    const open = await api.call('GET', '/jobs?dataset=flights&kind=scan&open=true');
    assert.deepEqual(
      open.body.jobs.map(({ id }: { id: JobId }) => id),
      ['s2'],
    );
    const ended = await api.call('GET', '/jobs/s1');
    assert.equal(ended.body.state, 'succeeded');
    assert.equal((await api.call('GET', '/jobs/none')).body.code, 'JOB_NOT_FOUND');
    assert.equal((await api.call('GET', '/jobs?kind=dance')).status, 400);
  });
});

describe('incidents', () => {
  it('are acknowledged, assigned and resolved, once', async () => {
    await using api = await startApi();
    api.contents.incidents.set('i1', newIncident('i1'));
    assert.equal((await api.call('GET', '/incidents?open=true')).body.incidents.length, 1);
    const seen = await api.call('POST', '/incidents/i1/acknowledge', { by: 'ana' });
    assert.equal(seen.body.state.by, 'ana');
    const given = await api.call('POST', '/incidents/i1/assign', { by: 'ana', to: 'ben' });
    assert.equal(given.body.state.to, 'ben');
    const closed = await api.call('POST', '/incidents/i1/resolve', { by: 'ben', reason: 'real_error' });
    assert.equal(closed.body.state.reason, 'real_error');
    assert.deepEqual((await api.call('GET', '/incidents?open=true&dataset=flights')).body.incidents, []);
    const late = await api.call('POST', '/incidents/i1/acknowledge', { by: 'ana' });
    assert.equal(late.body.code, 'ACTION_NOT_ALLOWED');
    assert.equal((await api.call('GET', '/incidents/i1')).body.state.state, 'resolved');
    assert.equal((await api.call('GET', '/incidents/i9')).body.code, 'INCIDENT_NOT_FOUND');
  });

  it('are resolved only for reasons that a person can have', async () => {
    await using api = await startApi();
    api.contents.incidents.set('i1', newIncident('i1'));
    const refused = await api.call('POST', '/incidents/i1/resolve', { reason: 'restated' });
    assert.equal(refused.status, 400);
    assert.match(refused.body.detail, /false_alarm/);
  });
});

function endJob(one: { end?: unknown } | undefined): void {
  assert.ok(one);
  one.end = { status: 'succeeded', endedAt: fixtureTime(60), tasks: 1, tasksFailed: 0 };
}
