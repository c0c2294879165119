import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../../../src/base/assert.ts';
import type { Failure } from '../../../src/base/errors.ts';
import { type NodeId, nodeId } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import type { LiveTask } from '../../../src/core/jobs/live.ts';
import {
  copiesOf,
  plannedTask,
  quarantineFailure,
  type TaskEvent,
  transition,
} from '../../../src/core/jobs/task-state.ts';
import { liveTask, startOfTime } from '../../support/live-cluster.ts';

const at = startOfTime;
const broken: Failure = { code: 'INTERNAL', message: 'it broke' };
const hopeless: Failure = { code: 'SOURCE_UNREADABLE', message: 'it will never work' };
const fresh = plannedTask(liveTask('t').plan);
const node = nodeId('n1');
const other = nodeId('n2');
const assign: TaskEvent = { kind: 'assigned', node, at };
const copy: TaskEvent = { kind: 'copied', node: other, at: instant(at + 7) };
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
  assigned: ['copied', 'released', 'failed', 'died', 'node_lost', 'outcome', 'cancelled'],
  doubled: ['released', 'failed', 'died', 'node_lost', 'outcome', 'cancelled'],
  ended: [],
};

/** Events on a node of two; whether a task is with that node is for `isAllowed` to say. */
const anyEvent: fc.Arbitrary<TaskEvent> = fc.constantFrom(node, other).chain((where) =>
  fc.oneof(
    fc.constant(unblock),
    { weight: 6, arbitrary: fc.constant<TaskEvent>({ kind: 'assigned', node: where, at }) },
    { weight: 3, arbitrary: fc.constant<TaskEvent>({ kind: 'copied', node: where, at }) },
    fc.constant<TaskEvent>({ kind: 'released', node: where, at }),
    fc.constant<TaskEvent>({ kind: 'node_lost', node: where, at }),
    fc.record({
      kind: fc.constant('failed' as const),
      node: fc.constant(where),
      failure: fc.constant(broken),
      at: fc.constant(at),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
    fc.constant<TaskEvent>({ kind: 'failed', node: where, failure: hopeless, at, chance: 0 }),
    fc.constant<TaskEvent>({ kind: 'died', node: where, failure: broken, at, chance: 0.3 }),
    fc.constant<TaskEvent>({ kind: 'outcome', status: 'done' }),
    fc.constant<TaskEvent>({ kind: 'cancelled' }),
  ),
);

function isAllowed({ state }: LiveTask, event: TaskEvent): boolean {
  if (!edges[state.state].includes(event.kind)) return false;
  const holds = (where: NodeId) => copiesOf(state).some((each) => each.node === where);
  if (event.kind === 'copied') return !holds(event.node);
  return event.kind === 'assigned' || !('node' in event) || holds(event.node);
}

describe('a live task', () => {
  it('takes exactly the events that its state allows', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let task = fresh;
        for (const event of events) {
          if (isAllowed(task, event)) task = transition(task, event);
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
          if (!isAllowed(task, event)) continue;
          const doubled = task.state.state === 'doubled';
          task = transition(task, event);
          if (event.kind === 'failed' && !doubled) failures += 1;
          if (event.kind === 'died') deaths += 1;
          assert.equal(task.attempts, failures);
          assert.equal(task.deaths.length, deaths);
        }
        assert.ok(failures <= limits.retriesMax + 1 && deaths <= limits.deathsMax);
        if (failures > limits.retriesMax || deaths >= limits.deathsMax)
          assert.equal(task.state.state, 'ended');
      }),
    );
  });

  it('numbers its attempts from one, and again the same after a release, a loss or a death', () => {
    for (const kind of ['released', 'node_lost'] as const) {
      const task = follow([{ kind, node, at }, assign], running);
      assert.deepEqual(task.state, { state: 'assigned', node, attempt: 1, at });
    }
    const died = follow([{ kind: 'died', node, failure: broken, at, chance }, assign], running);
    assert.equal(died.state.state === 'assigned' && died.state.attempt, 1);
    const failed = follow([{ kind: 'failed', node, failure: broken, at, chance }, assign], running);
    assert.equal(failed.state.state === 'assigned' && failed.state.attempt, 2);
  });

  it('ends at once when its failure can not be cured by another attempt', () => {
    const task = transition(running, { kind: 'failed', node, failure: hopeless, at, chance });
    assert.deepEqual(task.state, { state: 'ended', status: 'failed' });
    assert.equal(task.attempts, 1);
  });

  it('fails for good with the third failed attempt', () => {
    const fail: TaskEvent = { kind: 'failed', node, failure: broken, at, chance };
    const twice = follow([fail, assign, fail], running);
    assert.equal(twice.state.state, 'waiting');
    assert.deepEqual(follow([assign, fail], twice).state, { state: 'ended', status: 'failed' });
  });

  it('is quarantined with the third death', () => {
    const die: TaskEvent = { kind: 'died', node, failure: broken, at, chance };
    const task = follow([die, assign, die, assign, die], running);
    assert.deepEqual(task.state, { state: 'ended', status: 'quarantined' });
    assert.equal(task.attempts, 0);
  });

  it('waits a random part of one, then of two seconds before its next attempt', () => {
    const fail = (share: number): TaskEvent => ({ kind: 'failed', node, failure: broken, at, chance: share });
    const once = transition(running, fail(0.5));
    assert.deepEqual(once.state, { state: 'waiting', notBefore: instant(at + 500), lastFailure: broken });
    const twice = follow([assign, fail(0.5)], once);
    assert.deepEqual(twice.state, { state: 'waiting', notBefore: instant(at + 1_000), lastFailure: broken });
  });

  it('names the nodes that it killed, and what was seen last', () => {
    const die = (where: NodeId): TaskEvent[] => [
      { kind: 'assigned', node: where, at },
      { kind: 'died', node: where, failure: broken, at, chance },
    ];
    const task = follow([unblock, ...die(node), ...die(other), ...die(node)]);
    const { message, causes } = quarantineFailure(task, broken);
    assert.equal(message, 'Task t killed 3 workers or nodes, on n1, n2, n1');
    assert.deepEqual(causes, ['it broke']);
  });
});

describe('a live task with two nodes', () => {
  const doubled = transition(running, copy);

  it('goes on with either when the other ends badly, is lost or released, and spends no attempt', () => {
    for (const gone of [node, other]) {
      const ends: TaskEvent[] = [
        { kind: 'released', node: gone, at },
        { kind: 'node_lost', node: gone, at },
        { kind: 'failed', node: gone, failure: broken, at, chance },
        { kind: 'failed', node: gone, failure: hopeless, at, chance },
        { kind: 'died', node: gone, failure: broken, at, chance },
      ];
      for (const event of ends) {
        const left = transition(doubled, event);
        const [stays, since] = gone === node ? [other, instant(at + 7)] : [node, at];
        assert.deepEqual(left.state, { state: 'assigned', attempt: 1, node: stays, at: since });
        assert.equal(left.attempts, 0);
        assert.deepEqual(left.deaths, event.kind === 'died' ? [gone] : []);
      }
    }
  });

  it('spends one attempt when both fail', () => {
    const fail = (where: NodeId): TaskEvent => ({ kind: 'failed', node: where, failure: broken, at, chance });
    const task = follow([fail(other), fail(node)], doubled);
    assert.deepEqual([task.attempts, task.state.state], [1, 'waiting']);
  });
});
