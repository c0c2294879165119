import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ApiService, startApi } from '../support/api-service.ts';
import { openTestDatabase, type TestDatabase } from '../support/embedded-database.ts';

const failureReport = {
  drill: 'failure',
  passed: false,
  about: { command: 'assay drill failure --jobs 6', seed: 1, version: '1', machine: 'm', cluster: '3 nodes' },
  startedAt: 1_000,
  endedAt: 61_000,
  verdict: {
    passed: false,
    findings: [{ kind: 'lost', what: 'the job a is not there' }],
    counts: { jobs: 6 },
  },
  throughput: { bucketMs: 100, tasks: Array.from({ length: 1_500 }, () => 2), jobs: [] },
  faults: [
    { number: 1, at: 3_000, kind: 'kill', what: 'a node', targets: ['n'], nextEndMs: 40, longestPauseMs: 9 },
  ],
};

describe('resilience', () => {
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

  it('tells of the work of the last day, of the clusters, and of this process', async () => {
    const { status, body } = await api.call('GET', '/resilience');
    assert.equal(status, 200);
    assert.deepEqual(body.work.buckets, []);
    assert.ok(body.own.some(({ name }: { name: string }) => name === 'assay_recovery_seconds'));
  });

  it('keeps reports of drills, each once, the newest of them', async () => {
    const { body } = await api.call('POST', '/drill-reports', { report: failureReport });
    assert.equal((await api.call('POST', '/drill-reports', { report: failureReport })).body.id, body.id);
    const { reports } = (await api.call('GET', '/drill-reports')).body;
    assert.deepEqual(
      reports.map((one: { id: string; faults: number; findings: number }) => [
        one.id,
        one.faults,
        one.findings,
      ]),
      [[body.id, 1, 1]],
    );
    const kept = (await api.call('GET', `/drill-reports/${body.id}`)).body;
    assert.deepEqual(kept.faults, [{ number: 1, atMs: 2_000, kind: 'kill', what: 'a node', nextEndMs: 40 }]);
    assert.deepEqual(kept.findings, ['the job a is not there']);
    // Three intervals of a tenth of a second are drawn as one.
    assert.equal(kept.throughput.bucketMs, 300);
    assert.deepEqual(new Set(kept.throughput.tasks), new Set([6]));
    assert.equal((await api.call('GET', '/drill-reports/none')).body.code, 'DRILL_REPORT_NOT_FOUND');
    assert.equal((await api.call('POST', '/drill-reports', { report: { drill: 'failure' } })).status, 400);
  });
});
