import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createLocalCoordination } from '../../../src/adapters/memory/coordination.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createMachineLoad } from '../../../src/adapters/system/machine-load.ts';
import { failure } from '../../../src/base/errors.ts';
import { jobId, nodeId } from '../../../src/base/ids.ts';
import { fail } from '../../../src/base/outcome.ts';
import { DataNode } from '../../../src/services/cluster/data-node.ts';
import type { NodeLoad } from '../../../src/services/cluster/load-meter.ts';
import { ResourceManager } from '../../../src/services/cluster/resource-manager.ts';
import { eventually } from '../../support/eventually.ts';
import { testKit } from '../../support/kit.ts';
import { describeNode } from '../../support/live-cluster.ts';
import { MemoryJobStore } from '../../support/memory-job-store.ts';
import { checkOf, handlersOf, outputOf, TestCluster, type Work } from '../../support/test-cluster.ts';

describe('an overloaded node', () => {
  it('gets nothing new, gives back what waits in front of it, and finishes what it runs', async () => {
    const cluster = new TestCluster();
    const { clock } = cluster.kit;
    const work =
      (ms: number): Work =>
      async (spec, { fence, signal }) => {
        await clock.sleep(ms, signal);
        if (signal.aborted) return fail(failure('TASK_CANCELLED', 'stopped'));
        return cluster.store.commit(fence, outputOf(spec));
      };
    const { session } = await cluster.manager();
    let load: NodeLoad = { cpu: 0, memoryUsedMb: 0, machineMemory: 0.5 };
    // One measure is learned to be short, so that others wait in front of the node.
    await cluster.node(work(200), { slots: 1, load: () => load });
    await cluster.store.enqueue([checkOf('c1', 1)]);
    await cluster.until('the first job ends', () => cluster.store.record(jobId('c1'))?.end !== undefined);
    await cluster.store.enqueue([checkOf('c2', 4)]);
    const first = nodeId('n2');
    await cluster.until(
      'some wait there',
      () =>
        cluster.kit.telemetry.value('assay_tasks_live', {
          cluster: 'quality',
          state: 'assigned',
        }) === 3,
    );
    load = { ...load, machineMemory: 0.99 };
    await clock.advance(600);
    const held = (await session.view()).work.get(first) ?? [];
    assert.ok(held.length <= 1, `${held.length} are still with it`);
    const before = cluster.store.commits.length;
    await clock.advance(5_000);
    assert.ok(cluster.store.commits.length <= before + 1, 'it went on with new tasks');
    await cluster.node(work(10), { slots: 1 });
    await cluster.until(
      'the other node does the rest',
      () => cluster.store.record(jobId('c2'))?.end !== undefined,
    );
    const tasks = cluster.store.record(jobId('c2'))?.tasks ?? [];
    assert.ok(
      tasks.every((task) => task.attempts === 1),
      'it cost an attempt',
    );
    load = { ...load, machineMemory: 0.5 };
    await clock.advance(1_000);
    assert.equal((await session.view()).reports.get(first)?.unavailable, undefined);
    await cluster.stop();
  });

  it('is one whose workers have really taken its memory, until they give it back', {
    skip: existsSync('/proc/self/statm') ? false : 'there is no /proc here',
  }, async () => {
    const kit = { ...testKit(), clock: systemClock };
    const coordination = createLocalCoordination({ clock: systemClock });
    const store = new MemoryJobStore(systemClock);
    const child = spawn(process.execPath, ['-e', hungry], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const load = createMachineLoad();
    const held = Promise.withResolvers<void>();
    /** The first measure of a job stays where it is until the test lets it go. */
    const work: Work = async (spec, { fence }) => {
      if (fence.name === 'measure/0' && fence.job === 'c1') await held.promise;
      return store.commit(fence, outputOf(spec));
    };
    const leader = coordination.session('quality');
    const manager = new ResourceManager(
      kit,
      { coordination: leader, jobs: store },
      { id: nodeId('m'), version: '1' },
    );
    const nodeOf = (id: string, memoryMb: number, look?: () => NodeLoad) =>
      new DataNode(
        kit,
        { coordination: coordination.session('quality'), handlers: handlersOf(work), jobs: store },
        { description: describeNode(id, 2, memoryMb), ...(look === undefined ? {} : { load: look }) },
      );
    const small = nodeOf('small', 300, load);
    await manager.start();
    await small.start();
    await store.enqueue([checkOf('c1', 1)]);
    const report = async () => (await leader.view()).reports.get(nodeId('small'));
    await eventually('it runs', async () => (await report())?.running.length === 1);
    child.stdin.write('take');
    await eventually('it is overloaded', async () => (await report())?.unavailable === 'overloaded', 20_000);
    const other = nodeOf('other', 8_192);
    await other.start();
    await store.enqueue([checkOf('c2', 8)]);
    await eventually('the other node does all', () => store.record(jobId('c2'))?.end !== undefined, 20_000);
    assert.deepEqual(new Set(store.commits.map(({ fence }) => fence.node)), new Set(['other']));
    child.stdin.end();
    await once(child, 'exit');
    await eventually('it is so no more', async () => (await report())?.unavailable === undefined, 20_000);
    held.resolve();
    await eventually('its own task ends', () => store.record(jobId('c1'))?.end !== undefined, 20_000);
    await Promise.all([small.stop(), other.stop()]);
    await manager.stop();
  });
});

/** Says that it is there, takes 400 MiB when it is told to, and ends with its standard input. */
const hungry = `
  let taken;
  process.stdin.on('data', () => { taken = Buffer.alloc(400 * 1024 * 1024, 1); });
  process.stdin.on('end', () => process.exit(taken === undefined ? 1 : 0));
  process.stdout.write('here');
`;
