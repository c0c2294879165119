import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../../../src/base/assert.ts';
import type { Failure } from '../../../src/base/errors.ts';
import { nodeId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import type { LiveTask } from '../../../src/core/jobs/live.ts';
import { plannedTask, type TaskEvent, transition } from '../../../src/core/jobs/task-state.ts';
import { liveTask, startOfTime } from '../../support/live-cluster.ts';

const at = startOfTime;
const broken: Failure = { code: 'INTERNAL', message: 'it broke' };
const hopeless: Failure = { code: 'SOURCE_UNREADABLE', message: 'it will never work' };
const fresh = plannedTask(liveTask('t').plan);
const assign: TaskEvent = { kind: 'assigned', node: nodeId('n1'), at };
const unblock: TaskEvent = { kind: 'unblocked', at };

function follow(events: readonly TaskEvent[], from: LiveTask = fresh): LiveTask {
  return events.reduce((task, event) => transition(task, event), from);
}

const running = follow([unblock, assign]);
const chance = 0.5;

/** Which events each state takes; everything else must break the invariant. */
const edges: Record<LiveTask['state']['state'], readonly TaskEvent['kind'][]> = {
  blocked: ['unblocked', 'outcome', 'cancelled'],
  waiting: ['assigned', 'outcome', 'cancelled'],
  assigned: ['released', 'failed', 'died', 'node_lost', 'outcome', 'cancelled'],
  ended: [],
};

const anyEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constant(unblock),
  { weight: 6, arbitrary: fc.constant(assign) },
  fc.constant<TaskEvent>({ kind: 'released', at }),
  fc.constant<TaskEvent>({ kind: 'node_lost', at }),
  fc.record({
    kind: fc.constant('failed' as const),
    failure: fc.constant(broken),
    at: fc.constant(at),
    chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    failure: fc.constant(hopeless),
    at: fc.constant(at),
    chance: fc.constant(0),
  }),
  fc.record({
    kind: fc.constant('died' as const),
    failure: fc.constant(broken),
    at: fc.constant(at),
    chance: fc.constant(0.3),
  }),
  fc.constant<TaskEvent>({ kind: 'outcome', status: 'done' }),
  fc.constant<TaskEvent>({ kind: 'cancelled' }),
);

describe('a live task', () => {
  it('takes exactly the events that its state allows', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let task = fresh;
        for (const event of events) {
          const allowed = edges[task.state.state].includes(event.kind);
          if (allowed) task = transition(task, event);
          else assert.throws(() => transition(task, event), InvariantError);
        }
      }),
    );
  });

  it('ends after at most three attempts and three deaths, whatever else happens to it', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 200 }), (events) => {
        let task = fresh;
        let failures = 0;
        let deaths = 0;
        for (const event of events) {
          if (!edges[task.state.state].includes(event.kind)) continue;
          task = transition(task, event);
          if (event.kind === 'failed') failures += 1;
          if (event.kind === 'died') deaths += 1;
          assert.equal(task.attempts, failures);
          assert.equal(task.deaths, deaths);
        }
        assert.ok(failures <= limits.retriesMax + 1 && deaths <= limits.deathsMax);
        if (failures > limits.retriesMax || deaths >= limits.deathsMax)
          assert.equal(task.state.state, 'ended');
      }),
    );
  });

  it('numbers its attempts from one, and again the same after a release, a loss or a death', () => {
    for (const kind of ['released', 'node_lost'] as const) {
      const task = follow([{ kind, at }, assign], running);
      assert.deepEqual(task.state, { state: 'assigned', node: nodeId('n1'), attempt: 1, at });
    }
    const died = follow([{ kind: 'died', failure: broken, at, chance }, assign], running);
    assert.equal(died.state.state === 'assigned' && died.state.attempt, 1);
    const failed = follow([{ kind: 'failed', failure: broken, at, chance }, assign], running);
    assert.equal(failed.state.state === 'assigned' && failed.state.attempt, 2);
  });

  it('ends at once when its failure can not be cured by another attempt', () => {
    const task = transition(running, { kind: 'failed', failure: hopeless, at, chance });
    assert.deepEqual(task.state, { state: 'ended', status: 'failed' });
    assert.equal(task.attempts, 1);
  });

  it('fails for good with the third failed attempt', () => {
    const fail: TaskEvent = { kind: 'failed', failure: broken, at, chance };
    const twice = follow([fail, assign, fail], running);
    assert.equal(twice.state.state, 'waiting');
    assert.deepEqual(follow([assign, fail], twice).state, { state: 'ended', status: 'failed' });
  });

  it('is quarantined with the third death', () => {
    const die: TaskEvent = { kind: 'died', failure: broken, at, chance };
    const task = follow([die, assign, die, assign, die], running);
    assert.deepEqual(task.state, { state: 'ended', status: 'quarantined' });
    assert.equal(task.attempts, 0);
  });

  it('waits a random part of one, then of two seconds before its next attempt', () => {
    const fail = (share: number): TaskEvent => ({ kind: 'failed', failure: broken, at, chance: share });
    const once = transition(running, fail(0.5));
    assert.deepEqual(once.state, { state: 'waiting', notBefore: instant(at + 500), lastFailure: broken });
    const twice = follow([assign, fail(0.5)], once);
    assert.deepEqual(twice.state, { state: 'waiting', notBefore: instant(at + 1_000), lastFailure: broken });
  });
});
