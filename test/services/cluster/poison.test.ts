import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { checkOf, outputOf, TestCluster, type TestNode, type Work } from '../../support/test-cluster.ts';

describe('a task that kills its nodes', () => {
  it('is quarantined with its third node, and told with the nodes and the last error; all others go on', async () => {
    const cluster = new TestCluster();
    const { clock } = cluster.kit;
    await cluster.manager();
    const killed: string[] = [];
    const nodes: TestNode[] = [];
    const start = async (): Promise<void> => {
      let own: TestNode | undefined;
      const work: Work = async (spec, { fence, signal }) => {
        const poison = fence.task === 'c1/measure/2';
        // Slower than one session time-out together: else it would look like a fault of the network.
        await clock.sleep(poison ? 2_500 : 200, signal);
        if (poison && own !== undefined && !signal.aborted) {
          killed.push(fence.node);
          own.session.expire();
          // Its supervisor starts it again, under another name.
          void clock.sleep(300).then(start);
          return new Promise(() => {});
        }
        return cluster.store.commit(fence, outputOf(spec));
      };
      own = await cluster.node(work, { slots: 3 });
      nodes.push(own);
    };
    for (let node = 0; node < 2; node += 1) await start();
    await cluster.store.enqueue([checkOf('c1', 6), checkOf('c2', 6, 'other')]);
    const over = () => cluster.store.records().every((record) => record.end !== undefined);
    await cluster.until('both jobs end', over, 120_000);
    assert.equal(killed.length, limits.deathsMax);
    const tasks = cluster.store.records().flatMap((record) => record.tasks);
    const bad = tasks.filter((task) => task.status !== 'done');
    assert.deepEqual(
      bad.map((task) => [task.name, task.status, task.error?.code]),
      [['measure/2', 'quarantined', 'TASK_QUARANTINED']],
    );
    for (const node of killed) assert.ok(bad[0]?.error?.message.includes(node), `${node} is not named`);
    assert.match(bad[0]?.error?.causes?.join() ?? '', /vanished while it ran task c1\/measure\/2/);
    assert.equal(cluster.store.record(jobId('c2'))?.end?.status, 'succeeded');
    await cluster.stop();
    assert.deepEqual(cluster.broken, []);
  });
});
