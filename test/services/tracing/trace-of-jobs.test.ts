import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { fail } from '../../../src/base/outcome.ts';
import { IngestionRequests } from '../../../src/services/ingestion/requests.ts';
import { readDefinition } from '../../../src/services/registry/read-definition.ts';
import { currentWork, inWork } from '../../../src/services/tracing/current-work.ts';
import { flights, flightsYaml } from '../../support/api-fixtures.ts';
import { testKit } from '../../support/kit.ts';
import { createMemoryDatabase } from '../../support/memory-database.ts';
import { jobOf, listedOf, outputOf, TestCluster, type Work } from '../../support/test-cluster.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

async function setUp() {
  const kit = testKit();
  const { database, contents } = createMemoryDatabase();
  const read = readDefinition(flightsYaml, { file: 'f.yaml', baseDirectory: '/srv' });
  assert.ok(read.ok);
  await database.datasets.apply(read.value, kit.clock.now());
  const traces = () => Array.from(contents.jobs.values(), ({ job }) => job.traceId);
  return { requests: new IngestionRequests(kit, database), traces };
}

describe('the trace of a job', () => {
  it('is that of the request, for the backfill and for what learns from it', async () => {
    const { requests, traces } = await setUp();
    assert.ok((await inWork({ traceId }, () => requests.backfill({ dataset: flights }))).ok);
    assert.deepEqual(traces(), [traceId, traceId]);
  });

  it('is a new one when nobody gave one, and requests at the same time keep theirs', async () => {
    const { requests, traces } = await setUp();
    await Promise.all([
      requests.scan({ dataset: flights }),
      inWork({ traceId }, () => requests.scan({ dataset: flights })),
    ]);
    const [first = '', second] = traces().toSorted((a, b) => Number(a === traceId) - Number(b === traceId));
    assert.match(first, /^[0-9a-f]{32}$/);
    assert.notEqual(first, traceId);
    assert.equal(second, traceId);
  });

  it('follows to each attempt, a span of its own, and to the report of what failed for good', async () => {
    const cluster = new TestCluster('ingestion');
    const { clock, log } = cluster.kit;
    const seen: unknown[] = [];
    const work: Work = async (spec, { fence, signal }) => {
      await clock.sleep(5, signal);
      const { traceId: trace, spanId, job, task, attempt, node } = currentWork();
      assert.deepEqual(
        [trace, job, task, attempt, node],
        [traceId, 's1', fence.name, fence.attempt, fence.node],
      );
      seen.push(spanId);
      if (spec.kind === 'ingest') return fail(failure('SOURCE_UNREADABLE', 'no file'));
      return cluster.store.commit(fence, outputOf(spec, [listedOf('bad')]));
    };
    await cluster.manager();
    await cluster.node(work);
    await cluster.store.enqueue([{ ...jobOf('s1', { kind: 'scan' }), traceId }]);
    const records = () => cluster.store.records();
    await cluster.until('the report waits', () => records().some(({ job }) => job.spec.kind === 'report'));
    assert.deepEqual(
      records().map(({ job }) => job.traceId),
      [traceId, traceId],
    );
    assert.ok(seen.length >= 2);
    assert.equal(new Set(seen).size, seen.length);
    const failed = log.events.find(({ message }) => message === 'a task failed for good');
    assert.equal(failed?.fields['traceId'], traceId);
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });

  it('is absent from a job of an older release, whose tasks run all the same', async () => {
    const cluster = new TestCluster('ingestion');
    const work: Work = async (spec, { fence }) => {
      assert.deepEqual([currentWork().traceId, currentWork()['spanId']], [undefined, undefined]);
      return cluster.store.commit(fence, outputOf(spec, []));
    };
    await cluster.manager();
    await cluster.node(work);
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan' })]);
    await cluster.until('it ends', () => cluster.store.records().every(({ end }) => end !== undefined));
    assert.equal(cluster.store.records()[0]?.end?.status, 'succeeded');
    await cluster.stop();
  });
});
