import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLocalCoordination } from '../../../src/adapters/memory/coordination.ts';
import { limits } from '../../../src/base/limits.ts';
import type { Coordination, NodeMembership } from '../../../src/ports/coordination.ts';
import { Member } from '../../../src/roles/member.ts';
import { DataNode } from '../../../src/services/cluster/data-node.ts';
import { type TestKit, testKit } from '../../support/kit.ts';
import { describeNode } from '../../support/live-cluster.ts';
import { MemoryJobStore } from '../../support/memory-job-store.ts';

/** A node as a member of its cluster, on sessions whose memberships a test can alter. */
async function startNode(kit: TestKit, alter: (membership: NodeMembership) => NodeMembership) {
  const coordination = createLocalCoordination(kit);
  let sessions = 0;
  const open = async (): Promise<Coordination> => {
    sessions += 1;
    const session = coordination.session('quality');
    const join = session.join.bind(session);
    return Object.assign(session, {
      join: async (node: Parameters<typeof join>[0]) => alter(await join(node)),
    });
  };
  const member = new Member(kit, {
    cluster: 'quality',
    open,
    build: (session, onExpired) =>
      new DataNode(
        kit,
        { coordination: session, handlers: {}, jobs: new MemoryJobStore(kit.clock) },
        { description: describeNode(`n${sessions}`), onExpired },
      ),
    onBroken: (error) => assert.fail(String(error)),
  });
  await member.start();
  await member.joined;
  const watcher = coordination.session('quality');
  const names = async () => (await watcher.view()).nodes.map(({ id }) => id);
  return { member, names };
}

describe('the health of a node', () => {
  it('fails within two seconds when its loop stands still though its session lives, and it leaves by itself', async () => {
    const kit = testKit();
    let hangs = false;
    const { member, names } = await startNode(kit, (membership) => ({
      ...membership,
      work: () => (hangs ? new Promise(() => {}) : membership.work()),
    }));
    await kit.clock.advance(60_000);
    await member.probe().check();
    hangs = true;
    await kit.clock.advance(limits.reportSilenceMs + limits.reportMs);
    await assert.rejects(
      member.probe().check(),
      /NOT_READY: The node has reported nothing to the quality cluster for/,
    );
    assert.deepEqual(await names(), ['n1']);
    await kit.clock.advance(limits.stallMs);
    hangs = false;
    await kit.clock.advance(limits.stopDeadlineMs + limits.sessionTimeoutMs);
    assert.deepEqual(await names(), ['n2']);
    await member.probe().check();
    await member.stop();
  });

  it('fails while its reports are refused, and it stays, because its loop goes on', async () => {
    const kit = testKit();
    let refuses = false;
    const { member, names } = await startNode(kit, (membership) => ({
      ...membership,
      report: (report) => (refuses ? Promise.reject(new Error('refused')) : membership.report(report)),
    }));
    refuses = true;
    await kit.clock.advance(4 * limits.stallMs);
    await assert.rejects(member.probe().check(), /NOT_READY: The node has reported nothing/);
    assert.deepEqual(await names(), ['n1']);
    refuses = false;
    await kit.clock.advance(limits.reportMs);
    await member.probe().check();
    await member.stop();
  });
});
