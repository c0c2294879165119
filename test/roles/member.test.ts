import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createLocalCoordination,
  type LocalCoordinationSession,
} from '../../src/adapters/memory/coordination.ts';
import { FailureError, failure } from '../../src/base/errors.ts';
import { nodeId } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import type { Coordination } from '../../src/ports/coordination.ts';
import { type ClusterService, Member } from '../../src/roles/member.ts';
import { ResourceManager } from '../../src/services/cluster/resource-manager.ts';
import { type TestKit, testKit } from '../support/kit.ts';
import { createMemoryDatabase } from '../support/memory-database.ts';

/** A member whose sessions are those of this process, and which tells what it does. */
function setUp(options: { open?: () => Promise<Coordination>; service?: Partial<ClusterService> } = {}) {
  const kit = testKit();
  const coordination = createLocalCoordination(kit);
  const sessions: LocalCoordinationSession[] = [];
  const events: string[] = [];
  const openNext = async (): Promise<Coordination> => {
    const session = coordination.session('quality');
    sessions.push(session);
    return session;
  };
  const broken: unknown[] = [];
  const member = new Member(kit, {
    cluster: 'quality',
    open: options.open ?? openNext,
    build: () => {
      const number = sessions.length;
      return {
        name: `service ${number}`,
        start: async () => void events.push(`start ${number}`),
        stop: async () => void events.push(`stop ${number} ${sessions.at(-1)?.state()}`),
        ...options.service,
      };
    },
    onBroken: (error) => broken.push(error),
  });
  return { kit, coordination, sessions, events, broken, member, openNext };
}

/** Lets everything happen that waits for nothing but its turn. */
async function settle(kit: TestKit, ms = 0): Promise<void> {
  await kit.clock.advance(ms);
}

describe('a member of a cluster', () => {
  it('begins anew on a new session when its session has expired', async () => {
    const { kit, sessions, events, member } = setUp();
    await member.start();
    await member.joined;
    assert.equal(member.session(), sessions[0]);
    sessions[0]?.expire();
    await settle(kit, limits.reportMs + limits.sessionTimeoutMs);
    assert.deepEqual(events, ['start 1', 'stop 1 expired', 'start 2']);
    assert.equal(member.session(), sessions[1]);
    assert.equal(sessions[1]?.state(), 'connected');
    await member.stop();
  });

  it('stops its service while the session still lives, then ends the session', async () => {
    const { sessions, events, member } = setUp();
    await member.start();
    await member.joined;
    await member.stop();
    assert.deepEqual(events, ['start 1', 'stop 1 connected']);
    assert.equal(sessions[0]?.state(), 'closed');
    assert.equal(member.session(), undefined);
  });

  it('waits for an ensemble that is away, says so, and is well once it has come', async () => {
    let isAway = true;
    const { kit, sessions, member, openNext } = setUp({
      open: () =>
        isAway
          ? Promise.reject(new FailureError(failure('COORDINATION_LOST', 'nobody answers')))
          : openNext(),
    });
    await member.start();
    await settle(kit, 60_000);
    await assert.rejects(member.probe().check(), /NOT_READY: there is no session on the quality cluster/);
    const waits = kit.log.events.filter(({ level }) => level === 'warn');
    assert.ok(waits.length >= 60_000 / limits.sessionTimeoutMs - 1, String(waits.length));
    isAway = false;
    await settle(kit, limits.sessionTimeoutMs);
    await member.probe().check();
    assert.equal(sessions.length, 1);
    await member.stop();
  });

  it('closes a session that comes about after it was stopped', async () => {
    const opening = Promise.withResolvers<Coordination>();
    const { kit, member, openNext, sessions, events } = setUp({ open: () => opening.promise });
    await member.start();
    await settle(kit);
    await member.stop();
    opening.resolve(await openNext());
    await settle(kit);
    assert.equal(sessions[0]?.state(), 'closed');
    assert.deepEqual(events, []);
  });

  it('is not well when its ensemble is silent for longer than a session lasts', async () => {
    const { kit, sessions, member } = setUp();
    await member.start();
    await member.joined;
    sessions[0]?.suspend();
    await settle(kit, limits.sessionTimeoutMs);
    await member.probe().check();
    await settle(kit, 1);
    await assert.rejects(member.probe().check(), /the ensemble of the quality cluster has not answered for/);
    await member.stop();
  });

  it('leaves by itself when its service stands still, before it asks that to stop', async () => {
    let isStalled = false;
    const { kit, sessions, events, member } = setUp({ service: { isStalled: () => isStalled } });
    await member.start();
    await member.joined;
    isStalled = true;
    await settle(kit, limits.reportMs);
    isStalled = false;
    assert.equal(sessions[0]?.state(), 'closed');
    assert.equal(events[1], 'stop 1 closed');
    await settle(kit, limits.sessionTimeoutMs);
    assert.equal(member.session()?.state(), 'connected');
    await member.stop();
  });

  it('tells of what nobody foresaw, instead of trying it again', async () => {
    const broken = new TypeError('a mistake');
    const built = setUp({ service: { start: () => Promise.reject(broken) } });
    await built.member.start();
    await settle(built.kit, 60_000);
    assert.deepEqual(built.broken, [broken]);
    assert.equal(built.sessions.length, 1);
    assert.equal(built.sessions[0]?.state(), 'closed');
  });

  it('leads again under a new id after the session of a leader has expired', async () => {
    const { kit, coordination, sessions, openNext } = setUp();
    const { database } = createMemoryDatabase();
    const ids: string[] = [];
    const member = new Member(kit, {
      cluster: 'quality',
      open: openNext,
      build: (session, onExpired) => {
        const id = nodeId(`manager-${kit.random.id()}`);
        ids.push(id);
        const options = { id, version: '1', onExpired };
        return new ResourceManager(kit, { coordination: session, jobs: database.jobs }, options);
      },
      onBroken: (error) => assert.fail(String(error)),
    });
    await member.start();
    await member.joined;
    const watcher = coordination.session('quality');
    assert.equal((await watcher.leader())?.leader, ids[0]);
    sessions[0]?.expire();
    await settle(kit, limits.reportMs + limits.sessionTimeoutMs);
    assert.equal(ids.length, 2);
    assert.equal((await watcher.leader())?.leader, ids[1]);
    await member.stop();
    assert.equal(await watcher.leader(), undefined);
  });
});
