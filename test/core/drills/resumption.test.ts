import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId, nodeId, taskName } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import type { DrillEffect, DrilledTask } from '../../../src/core/drills/history.ts';
import {
  epochBefore,
  firstOfOtherLeaderMs,
  longestPauseMs,
  resumedElsewhereMs,
} from '../../../src/core/drills/resumption.ts';

function task(number: number, startedAt: number, node = 'n1'): DrilledTask {
  return {
    name: taskName(`exercise/${number}`),
    status: 'done',
    attempts: 1,
    node: nodeId(node),
    startedAt: instant(startedAt),
    endedAt: instant(startedAt + 10),
  };
}

function effect(number: number, epoch: bigint, at: number): DrillEffect {
  const name = taskName(`exercise/${number}`);
  return { job: jobId('j'), name, node: nodeId('n1'), attempt: 1, epoch, at: instant(at), value: 0 };
}

const at = instant(100);
const held = [taskName('exercise/1'), taskName('exercise/2')];

describe('the resumption of work', () => {
  it('after the loss of a node is that of its last task', () => {
    const tasks = [task(0, 50), task(1, 300, 'n2'), task(2, 450, 'n3')];
    assert.equal(resumedElsewhereMs(tasks, { node: nodeId('n1'), held, at }), 350);
  });

  it('is not seen when a task of the node was done there, or not at all', () => {
    assert.equal(resumedElsewhereMs([task(1, 300, 'n2')], { node: nodeId('n1'), held, at }), undefined);
    const both = [task(1, 300, 'n2'), task(2, 90, 'n1')];
    assert.equal(resumedElsewhereMs(both, { node: nodeId('n1'), held, at }), undefined);
  });

  it('after the loss of a leader is the first task that another one gave away', () => {
    const tasks = [task(0, 50), task(1, 120), task(2, 400), task(3, 500)];
    const effects = [effect(0, 7n, 60), effect(1, 7n, 130), effect(2, 3n, 410), effect(3, 3n, 510)];
    assert.equal(epochBefore(effects, at), 7n);
    assert.equal(firstOfOtherLeaderMs({ tasks, effects }, { epoch: 7n, at }), 300);
    assert.equal(firstOfOtherLeaderMs({ tasks, effects: effects.slice(0, 2) }, { epoch: 7n, at }), undefined);
  });

  it('pauses as long as no task begins', () => {
    const tasks = [task(0, 50), task(1, 110), task(2, 400), task(3, 420)];
    assert.equal(longestPauseMs(tasks, at), 290);
    assert.equal(longestPauseMs([task(0, 700)], at), 600);
    assert.equal(longestPauseMs([task(0, 50)], at), undefined);
  });
});
