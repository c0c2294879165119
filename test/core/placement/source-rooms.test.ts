import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sourceName } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import type { LiveTask } from '../../../src/core/jobs/live.ts';
import { transition } from '../../../src/core/jobs/task-state.ts';
import type { ClusterView } from '../../../src/core/membership/cluster-view.ts';
import type { SourceReport } from '../../../src/core/membership/node.ts';
import { emptyMemory } from '../../../src/core/placement/memory.ts';
import { reconcile } from '../../../src/core/placement/reconcile.ts';
import { placementRules } from '../../../src/core/placement/rules.ts';
import {
  describeNode,
  liveJob,
  liveTask,
  reportOf,
  startOfTime,
  viewOf,
} from '../../support/live-cluster.ts';

const shop = sourceName('https://shop.example.org');

/** Tasks that read a source, by which dataset and with what it allows. */
function reading(names: readonly string[], name = shop, concurrencyMax?: number): LiveTask[] {
  const source = { name, ...(concurrencyMax === undefined ? {} : { concurrencyMax }) };
  return names.map((each) => {
    const task = liveTask(each);
    return { ...task, plan: { ...task.plan, spec: { ...task.plan.spec, source } } } as LiveTask;
  });
}

const many = Array.from({ length: 20 }, (_, at) => `t${String(at).padStart(2, '0')}`);

function told(state: SourceReport['state'], limit: number, more: Partial<SourceReport> = {}): SourceReport {
  return { name: shop, state, limit, ceiling: 64, running: 0, ...more };
}

/** A cluster of nodes with four slots each, which say this of the shop. */
function cluster(
  tasks: readonly LiveTask[],
  says: Readonly<Record<string, SourceReport | undefined>>,
): ClusterView {
  return viewOf({
    nodes: Object.keys(says).map((id) => describeNode(id, 4)),
    jobs: [liveJob({ id: 'j1', tasks })],
    reports: Object.entries(says).map(([id, source]) =>
      reportOf(id, { at: startOfTime, ...(source === undefined ? {} : { sources: [source] }) }),
    ),
  });
}

/** How many tasks each node has after one tick. */
function given(view: ClusterView): Readonly<Record<string, number>> {
  const { work } = reconcile({
    view,
    now: instant(startOfTime + 100),
    epoch: 1n,
    chance: 0.5,
    held: new Set(),
    memory: emptyMemory,
    rules: placementRules,
  });
  return Object.fromEntries(view.nodes.map(({ id }) => [id, work.get(id)?.length ?? 0]));
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, each) => all + each, 0);

describe('room of a source in a cluster', () => {
  it('begins with few tasks, however many nodes and slots there are', () => {
    const counts = given(cluster(reading(many), { a: undefined, b: undefined, c: undefined }));
    assert.equal(sum(counts), limits.sourceConcurrencyInitial);
  });

  it('adds up what nodes have learned, of which the first call is common to all', () => {
    assert.equal(sum(given(cluster(reading(many), { a: told('closed', 4), b: told('closed', 3) }))), 6);
    assert.equal(sum(given(cluster(reading(many), { a: told('closed', 1), b: told('closed', 1) }))), 1);
  });

  it('never exceeds what a dataset allows', () => {
    assert.equal(sum(given(cluster(reading(many, shop, 1), { a: undefined, b: undefined }))), 1);
    assert.equal(sum(given(cluster(reading(many), { a: told('closed', 9, { ceiling: 3 }) }))), 3);
  });

  it('leaves slots to others, although one source could use them all', () => {
    const counts = given(cluster(reading(many), { a: told('closed', 64), b: told('closed', 64) }));
    assert.equal(sum(counts), 6);
  });

  it('gives nothing to a node that finds it broken, and nothing at all when all do', () => {
    const counts = given(cluster(reading(many), { a: told('open', 0), b: told('closed', 3) }));
    assert.deepEqual(counts, { a: 0, b: 3 });
    assert.equal(sum(given(cluster(reading(many), { a: told('open', 0), b: undefined }))), 0);
  });

  it('gives a single probe once a node is ready for one', () => {
    const counts = given(
      cluster(reading(many), { a: told('half_open', 1), b: told('open', 0), c: told('half_open', 1) }),
    );
    assert.equal(sum(counts), 1);
  });

  it('counts what runs already, of other jobs too', () => {
    const view = viewOf({
      nodes: [describeNode('a', 8)],
      jobs: [
        liveJob({
          id: 'j1',
          tasks: reading(['x', 'y']).map((task) => ({
            ...task,
            state: { state: 'assigned', attempt: 1, node: describeNode('a').id, at: startOfTime },
          })),
        }),
        liveJob({ id: 'j2', dataset: 'other', tasks: reading(many) }),
      ],
      reports: [reportOf('a', { at: startOfTime, sources: [told('closed', 3)] })],
    });
    assert.equal(given(view)['a'], 3);
  });

  it('holds up neither other sources nor what reads none', () => {
    const others = [...reading(['u1', 'u2'], sourceName('s3://bucket')), liveTask('v1'), liveTask('v2')];
    const counts = given(cluster([...reading(many), ...others], { a: told('open', 0), b: undefined }));
    assert.equal(sum(counts), 4);
  });
});

describe('a task that found its source held back', () => {
  it('waits without having spent an attempt, for no longer than any back-off', () => {
    const [task] = reading(['x']);
    assert.ok(task !== undefined);
    const node = describeNode('a').id;
    const running = transition(transition(task, { kind: 'assigned', node, at: startOfTime }), {
      kind: 'released',
      node,
      at: startOfTime,
      afterMs: 5_000,
    });
    assert.deepEqual(running, {
      ...task,
      attempts: 0,
      state: { state: 'waiting', notBefore: startOfTime + 5_000 },
    });
    const again = transition(running, { kind: 'assigned', node, at: startOfTime });
    const late = transition(again, { kind: 'released', node, at: startOfTime, afterMs: 86_400_000 });
    assert.ok(late.state.state === 'waiting' && late.state.notBefore === startOfTime + limits.retryCapMs);
  });
});
