import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { jobId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import { minute, second } from '../../../src/base/units.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import { sourcePart } from '../../../src/core/jobs/task-source.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import { guardedProvider } from '../../../src/services/ingestion/guarded-provider.ts';
import { SourceGuard } from '../../../src/services/ingestion/source-guard.ts';
import { defineFiles } from '../../adapters/files/define-files.ts';
import { memorySourceUse } from '../../support/source-use.ts';
import { jobOf, listedOf, outputOf, TestCluster, type Work } from '../../support/test-cluster.ts';

const shop: DatasetDefinition = {
  ...defineFiles('', { kind: 'file' }),
  provider: { type: 'http', url: 'https://shop.example.org/{yyyy}.csv' },
};
const files: FilesScan = { kind: 'files', format: 'csv', files: [], hiveKeys: [] };
const keys = Array.from({ length: 40 }, (_, at) => `p${String(at).padStart(2, '0')}`);

/** Three nodes of four slots that read one source, each with what it knows of it itself. */
async function subject() {
  const cluster = new TestCluster('ingestion');
  const uses = memorySourceUse();
  const source = { isDown: false, asked: 0, askedWhileDown: 0, atOnce: 0, mostAtOnce: 0 };
  const provider: Provider = {
    partitions: async () => succeed({ partitions: [], remember: null }),
    schema: async () => succeed([]),
    fetch: async () => {
      source.asked += 1;
      source.atOnce += 1;
      source.mostAtOnce = Math.max(source.mostAtOnce, source.atOnce);
      if (source.isDown) source.askedWhileDown += 1;
      await cluster.kit.clock.sleep(500);
      source.atOnce -= 1;
      return source.isDown ? fail(failure('SOURCE_UNAVAILABLE', 'connection refused')) : succeed(files);
    },
  };
  await cluster.manager();
  for (let node = 0; node < 3; node += 1) {
    const guard = new SourceGuard(cluster.kit, uses);
    const guarded = guardedProvider(provider, { clock: cluster.kit.clock, guard, bytesIn: async () => 0 });
    const work: Work = async (spec, context) => {
      if (spec.kind === 'ingest' && spec.source !== undefined) {
        const listed = { ...spec.listed, scan: { ...files, kind: 'remote-files' as const, files: [] } };
        const fetched = await guarded.fetch({
          definition: shop,
          listed,
          directory: '/nowhere',
          wait: context,
        });
        if (!fetched.ok) return fetched;
      }
      return cluster.store.commit(context.fence, outputOf(spec, keys.map(listedOf)));
    };
    await cluster.node(work, { slots: 4, sources: () => guard.report() });
  }
  const stateOf = (id: string) => cluster.store.record(jobId(id))?.end?.status;
  return { cluster, source, stateOf };
}

describe('source protection in a cluster', () => {
  it('asks a source more and more at once as long as it answers, and never all slots of it', async () => {
    const { cluster, source, stateOf } = await subject();
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan', ...sourcePart(shop) })]);
    await cluster.until('the first calls', () => source.atOnce > 0);
    assert.ok(source.mostAtOnce <= limits.sourceConcurrencyInitial);
    await cluster.until('the job ends', () => stateOf('s1') !== undefined);
    assert.equal(stateOf('s1'), 'succeeded');
    assert.ok(source.mostAtOnce > limits.sourceConcurrencyInitial, `${source.mostAtOnce} at once`);
    assert.ok(source.mostAtOnce <= 9, `${source.mostAtOnce} at once of 12 slots`);
    await cluster.stop();
  });

  it('keeps what a dataset allows over all nodes', async () => {
    const { cluster, source, stateOf } = await subject();
    const thrifty = { ...shop, limits: { ...shop.limits, sourceConcurrencyMax: 1 } };
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan', ...sourcePart(thrifty) })]);
    await cluster.until('the job ends', () => stateOf('s1') !== undefined);
    assert.deepEqual([stateOf('s1'), source.mostAtOnce], ['succeeded', 1]);
    await cluster.stop();
  });

  it('loses no task to a source that is away for a while, asks it rarely, and goes on with everything else', async () => {
    const { cluster, source, stateOf } = await subject();
    await cluster.store.enqueue([jobOf('s1', { kind: 'scan', ...sourcePart(shop) })]);
    await cluster.until('some are read', () => source.asked > 10);
    source.isDown = true;
    await cluster.until(
      'the source is found broken',
      () => source.askedWhileDown > limits.breakerCallsMin,
      minute,
    );
    const began = cluster.kit.clock.monotonicMs();
    await cluster.store.enqueue([jobOf('s2', { kind: 'scan' }, 'local')]);
    await cluster.until('another dataset is scanned', () => stateOf('s2') !== undefined);
    assert.equal(stateOf('s2'), 'succeeded');
    assert.ok(cluster.kit.clock.monotonicMs() - began < 5 * second);
    await cluster.kit.clock.advance(10 * minute);
    assert.equal(stateOf('s1'), undefined);
    assert.ok(source.askedWhileDown < 60, `asked ${source.askedWhileDown} times in ten minutes`);
    source.isDown = false;
    await cluster.until('the job ends', () => stateOf('s1') !== undefined, 20 * minute);
    assert.equal(stateOf('s1'), 'succeeded');
    const tasks = cluster.store.record(jobId('s1'))?.tasks ?? [];
    assert.equal(tasks.filter(({ status }) => status === 'done').length, keys.length + 1);
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });
});
