import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeId } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import type { LiveJob, LiveTask } from '../../../src/core/jobs/live.ts';
import type { Notice } from '../../../src/core/placement/draft.ts';
import { emptyMemory } from '../../../src/core/placement/memory.ts';
import { reconcile } from '../../../src/core/placement/reconcile.ts';
import { placementRules } from '../../../src/core/placement/rules.ts';
import { describeNode, liveJob, liveTask, startOfTime, viewOf } from '../../support/live-cluster.ts';

/** What is decided about a node with two slots that has seven tasks of one dataset, while another dataset waits. */
function decide(usualMs: number, other: Partial<Pick<LiveJob, 'kind'>> = {}): readonly Notice[] {
  const state: LiveTask['state'] = { state: 'assigned', node: nodeId('n1'), attempt: 1, at: startOfTime };
  const names = Array.from({ length: 7 }, (_, at) => `t${at}`);
  const many = liveJob({ id: 'many', dataset: 'many', tasks: names.map((name) => liveTask(name, state)) });
  const few = liveJob({ id: 'few', dataset: 'few', tasks: [liveTask('a')], ...other });
  const durations = new Map([['ingest', [usualMs, usualMs, usualMs, usualMs]]] as const);
  const { notices } = reconcile({
    view: viewOf({ nodes: [describeNode('n1', 2)], jobs: [many, few] }),
    now: instant(startOfTime + 1_000),
    epoch: 2n,
    chance: 0.5,
    held: new Set(),
    memory: { ...emptyMemory, durations },
    rules: placementRules,
  });
  return notices;
}

function calledBack(notices: readonly Notice[]): number {
  return notices.filter((notice) => notice.kind === 'retried' && notice.reason === 'released').length;
}

describe('a task that waits in front of a node', () => {
  it('was called back again and again while it began, so that half of all short tasks ran twice', () => {
    assert.equal(calledBack(decide(5)), 0);
  });

  it('is called back for a dataset with less than its share, if it would wait for long', () => {
    // At 30 ms for each of two slots, the fourth in the row begins after the horizon.
    assert.equal(calledBack(decide(30)), 2);
    assert.equal(calledBack(decide(200)), 5);
  });

  it('is called back at once for a more urgent kind of job', () => {
    assert.equal(calledBack(decide(5, { kind: 'check' })), 5);
  });
});
