import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createLocalCoordination,
  type LocalCoordinationSession,
} from '../../../src/adapters/memory/coordination.ts';
import { nodeId } from '../../../src/base/ids.ts';
import type { Coordination, LeaderTerm } from '../../../src/ports/coordination.ts';
import { coordinationConformance } from '../../conformance/coordination.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { assignmentOf, describeNode, liveJob, liveTask, reportOf } from '../../support/live-cluster.ts';

coordinationConformance('in process', async () => {
  const local = createLocalCoordination({ clock: createFakeClock() });
  const sessions = new Map<Coordination, LocalCoordinationSession>();
  return {
    session: async (cluster) => {
      const session = local.session(cluster);
      sessions.set(session, session);
      return session;
    },
    crash: async (session) => sessions.get(session)?.expire(),
    close: async () => {
      for (const session of sessions.values()) await session.close();
    },
  };
});

const sessionTimeoutMs = 3_000;

function setUp() {
  const clock = createFakeClock();
  const local = createLocalCoordination({ clock, sessionTimeoutMs });
  return { clock, local, one: local.session('quality'), two: local.session('quality') };
}

async function stand(session: Coordination, id: string) {
  const events: string[] = [];
  const terms: LeaderTerm[] = [];
  await session.campaign({
    id: nodeId(id),
    version: '1',
    onElected: (term) => {
      terms.push(term);
      events.push('elected');
    },
    onDeposed: () => {
      events.push('deposed');
    },
  });
  return { events, terms };
}

describe('a suspended local session', () => {
  it('steps down at once, answers nothing, and leads again when it comes back in time', async () => {
    const { clock, one, two } = setUp();
    const first = await stand(one, 'm1');
    const second = await stand(two, 'm2');
    await clock.advance(0);
    one.suspend();
    assert.deepEqual(first.events, ['elected', 'deposed']);
    await assert.rejects(one.view(), /COORDINATION_LOST/);
    await clock.advance(sessionTimeoutMs - 1);
    assert.equal(one.lastReplyAgeMs(), sessionTimeoutMs - 1);
    assert.deepEqual(second.events, []);
    one.resume();
    await clock.advance(0);
    assert.deepEqual(first.events, ['elected', 'deposed', 'elected']);
    assert.deepEqual(second.events, []);
    assert.equal(one.lastReplyAgeMs(), 0);
  });

  it('loses leadership and membership after its time-out, and learns on return that it expired', async () => {
    const { clock, one, two } = setUp();
    const first = await stand(one, 'm1');
    const second = await stand(two, 'm2');
    await one.join(describeNode('n1'));
    await clock.advance(0);
    one.suspend();
    await clock.advance(sessionTimeoutMs);
    assert.deepEqual(second.events, ['elected']);
    assert.deepEqual((await two.view()).nodes, []);
    assert.equal(one.state(), 'suspended');
    let told = 0;
    one.watchView(() => {
      told += 1;
    });
    one.resume();
    await clock.advance(0);
    assert.equal(one.state(), 'expired');
    assert.equal(told, 1);
    assert.deepEqual(first.events, ['elected', 'deposed']);
    await assert.rejects(one.view(), /COORDINATION_LOST/);
  });

  it('is told of everything anew after a reconnect, but of nothing while it is cut off', async () => {
    const { clock, one, two } = setUp();
    let told = 0;
    one.watchView(() => {
      told += 1;
    });
    one.suspend();
    await two.join(describeNode('n1'));
    await clock.advance(10);
    assert.equal(told, 0);
    one.resume();
    await clock.advance(0);
    assert.equal(told, 1);
  });

  it('refuses the decisions of a term that has passed', async () => {
    const { clock, one, two } = setUp();
    const first = await stand(one, 'm1');
    await stand(two, 'm2');
    await clock.advance(0);
    const [stale] = first.terms;
    assert.ok(stale !== undefined);
    one.suspend();
    await clock.advance(sessionTimeoutMs);
    const jobs = new Map([[liveJob({ id: 'j', tasks: [] }).id, undefined]]);
    assert.equal(await two.decide(stale, { work: new Map(), jobs }), 'deposed');
  });
});

describe('the local coordination', () => {
  it('keeps the last report of a node that crashed with work, until its work is taken away', async () => {
    const { clock, one, two } = setUp();
    const { terms } = await stand(two, 'm1');
    const membership = await one.join(describeNode('n1'));
    await clock.advance(0);
    const [term] = terms;
    assert.ok(term !== undefined);
    const assignment = assignmentOf(liveJob({ id: 'j', tasks: [] }), liveTask('t'));
    await two.decide(term, { work: new Map([[nodeId('n1'), [assignment]]]), jobs: new Map() });
    await membership.report(reportOf('n1'));
    one.expire();
    assert.equal((await two.view()).reports.size, 1);
    await two.decide(term, { work: new Map([[nodeId('n1'), []]]), jobs: new Map() });
    assert.equal((await two.view()).reports.size, 0);
  });
});
