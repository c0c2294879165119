import assert from 'node:assert/strict';
import { nodeId } from '../../src/base/ids.ts';
import type { Coordination, LeaderTerm, NodeMembership } from '../../src/ports/coordination.ts';
import { assignmentOf, describeNode, liveJob, liveTask, reportOf, startOfTime } from './live-cluster.ts';

/** What stands in a cluster's coordination without any service that works: for those who only look. */
export type SmallCluster = {
  readonly session: Coordination;
  readonly far: NodeMembership;
  readonly near: NodeMembership;
  /** Takes all work from the node `node-far-77`. */
  readonly finish: () => Promise<void>;
};

/**
 * Puts a leader and two nodes into the quality cluster: `node-far-77` in zone z2 runs a task, half done, and has
 * another one waiting in front of it; `node-near-78` in zone z1 has not reported yet.
 */
export async function smallCluster(session: Coordination | undefined): Promise<SmallCluster> {
  assert.ok(session !== undefined);
  const elected = Promise.withResolvers<LeaderTerm>();
  const manager = { id: nodeId('manager-1'), version: '0.1.0+a' };
  await session.campaign({ ...manager, onElected: elected.resolve, onDeposed: () => {} });
  const term = await elected.promise;
  const node = { ...describeNode('node-far-77', 4), zone: 'z2' };
  const far = await session.join(node);
  const near = await session.join(describeNode('node-near-78', 2));
  const state = { state: 'assigned', node: node.id, attempt: 1, at: startOfTime } as const;
  const tasks = [liveTask('measure/0', state), liveTask('measure/1', state), liveTask('measure/2')];
  const job = liveJob({ id: 'j1', kind: 'check', tasks });
  const work = tasks.slice(0, 2).map((task) => assignmentOf(job, task));
  await session.decide(term, { work: new Map([[node.id, work]]), jobs: new Map([[job.id, job]]) });
  const running = work.slice(0, 1).map((each) => ({ ...each, progress: 0.5 }));
  const own = { cpu: 0.25, readBytesPerSecond: 10, writtenBytesPerSecond: 20, loopDelayMs: 3 };
  await far.report(reportOf(node.id, { cpu: 0.75, memoryUsedMb: 512, own, running }));
  return {
    session,
    far,
    near,
    finish: async () => {
      await session.decide(term, { work: new Map([[node.id, []]]), jobs: new Map() });
    },
  };
}
