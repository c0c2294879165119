import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jobId, type NodeId, nodeId, taskId, taskName } from '../../../src/base/ids.ts';
import { type Instant, instant } from '../../../src/base/units.ts';
import type { LiveTask } from '../../../src/core/jobs/live.ts';
import { copiesOf } from '../../../src/core/jobs/task-state.ts';
import type { ClusterView } from '../../../src/core/membership/cluster-view.ts';
import { emptyMemory, type LeaderMemory } from '../../../src/core/placement/memory.ts';
import { type Reconciled, reconcile } from '../../../src/core/placement/reconcile.ts';
import { placementRules } from '../../../src/core/placement/rules.ts';
import {
  anyCluster,
  decided,
  describeNode,
  endOf,
  liveJob,
  liveTask,
  reportOf,
  startOfTime,
  viewOf,
} from '../../support/live-cluster.ts';
import { simulateCluster } from '../../support/simulated-cluster.ts';

/** Tasks of the only kind here usually take a tenth of a second. */
const memory: LeaderMemory = { ...emptyMemory, durations: new Map([['ingest', [90, 100, 100, 110]]]) };

function decide(view: ClusterView, now: Instant, before: LeaderMemory = memory): Reconciled {
  return reconcile({
    view,
    now,
    epoch: 2n,
    chance: 0.5,
    held: new Set(),
    memory: before,
    rules: placementRules,
  });
}

const soon = instant(startOfTime + 1_000);
/** Long after everything should have ended, long before anything is given up. */
const late = instant(soon + placementRules.copyTaskMsMin + 1);

/** All members speak again: nothing has changed. */
function spoken(view: ClusterView, at: Instant): ClusterView {
  return { ...view, reports: new Map([...view.reports].map(([id, report]) => [id, { ...report, at }])) };
}

function tasksOf(view: ClusterView): { id: string; task: LiveTask }[] {
  return [...view.jobs.values()].flatMap((job) =>
    job.tasks.map((task) => ({ id: taskId(job.id, task.plan.name), task })),
  );
}

function nodesOf(view: ClusterView, name: string): NodeId[] {
  const found = tasksOf(view).find(({ id }) => id === `j1/${name}`);
  return found === undefined ? [] : copiesOf(found.task.state).map((copy) => copy.node);
}

const on = (node: string) =>
  ({ state: 'assigned', node: nodeId(node), attempt: 1, at: startOfTime }) as const;
const running = (...names: string[]) =>
  names.map((name) => ({
    task: taskId(jobId('j1'), taskName(name)),
    attempt: 1,
    assignedAt: startOfTime,
  }));

/** One task runs on the first of three nodes; `rest` changes the rest. */
function lone(rest: { tasks?: LiveTask[]; first?: Partial<LiveTask>; concurrency?: number } = {}) {
  const tasks = [{ ...liveTask('slow', on('n1')), ...rest.first }, ...(rest.tasks ?? [])];
  const { concurrency = 10 } = rest;
  return viewOf({
    nodes: ['n1', 'n2', 'n3'].map((id) => describeNode(id, 1)),
    jobs: [liveJob({ id: 'j1', tasks, concurrency })],
    reports: [reportOf('n1', { running: running('slow') }), reportOf('n2'), reportOf('n3')],
  });
}

/** The cluster after the leader has looked at it twice, the second time late. */
function twice(view: ClusterView, at = late) {
  const first = decide(view, soon);
  const between = spoken(decided(view, first), at);
  const second = decide(between, at, first.memory);
  return { first, second, after: decided(between, second) };
}

describe('a straggler', () => {
  it('gets a second copy on another node with an idle slot, and no third', () => {
    const { second, after } = twice(lone());
    assert.equal(nodesOf(after, 'slow').length, 2);
    const copied = { kind: 'copied', id: 'j1/slow', job: 'j1', task: 'ingest', to: 'n2' };
    assert.deepEqual(second.notices, [copied]);
    const third = decide(spoken(after, instant(late + 60_000)), instant(late + 5_000), second.memory);
    assert.deepEqual([...third.work], []);
  });

  it('is none before twice the usual time, nor before the floor, nor while nobody knows what is usual', () => {
    const early = twice(lone(), instant(soon + placementRules.copyTaskMsMin));
    assert.deepEqual([...early.second.work], []);
    const view = lone();
    const slowKind: LeaderMemory = {
      ...memory,
      durations: new Map([['ingest', [8_000, 9_000, 9_000, 9_000]]]),
    };
    for (const before of [slowKind, emptyMemory]) {
      const first = decide(view, soon, before);
      const at = instant(soon + 17_000);
      assert.deepEqual([...decide(spoken(view, at), at, first.memory).work], []);
    }
    const first = decide(view, soon, slowKind);
    const at = instant(soon + 19_000);
    assert.equal(decide(spoken(view, at), at, first.memory).work.size, 1);
  });

  it('gets none while others wait for a slot, when it killed a worker before, or when its job may run no more', () => {
    const waiting = liveTask('huge', undefined, 99_999);
    const crowd = lone({ tasks: [liveTask('a', on('n2')), liveTask('b', on('n3')), waiting] });
    assert.deepEqual([...twice(crowd).second.work], []);
    assert.deepEqual([...twice(lone({ first: { deaths: [nodeId('n9')] } })).second.work], []);
    assert.deepEqual([...twice(lone({ concurrency: 1 })).second.work], []);
  });

  it('has ended when either copy commits; the other is taken from its node and costs nothing', () => {
    const { second, after } = twice(lone());
    for (const [winner, end, at] of [
      ['n1', 'lost', startOfTime],
      ['n2', 'won', late],
    ] as const) {
      const ended = [{ ...endOf('j1', 'slow', { kind: 'committed' }, { assignedAt: at }), tookMs: 5 }];
      const view = { ...after, reports: new Map([[nodeId(winner), reportOf(winner, { ended })]]) };
      const third = decide(view, late, second.memory);
      assert.deepEqual([...third.work.values()], [[], []]);
      assert.equal(third.committed.length, 1);
      assert.deepEqual(third.notices.at(-1), { kind: 'copy_ended', id: 'j1/slow', task: 'ingest', end });
      assert.deepEqual(third.ends, []);
    }
  });

  it('goes on with one copy when the node of the other is lost', () => {
    const { second, after } = twice(lone());
    for (const gone of ['n1', 'n2']) {
      const nodes = after.nodes.filter((node) => node.id !== gone && node.id !== 'n3');
      const third = decide({ ...after, nodes }, late, second.memory);
      const left = decided(after, third);
      assert.deepEqual(nodesOf(left, 'slow'), gone === 'n1' ? ['n2'] : ['n1']);
      assert.deepEqual(third.ends, []);
    }
  });
});

describe('second copies, over any cluster', () => {
  it('never are on the node of the first, nor beyond its slots, its memory, or what a job may run at once', () => {
    let copied = 0;
    fc.assert(
      fc.property(anyCluster, (view) => {
        const { second, after } = twice(view);
        copied += second.notices.filter((notice) => notice.kind === 'copied').length;
        for (const { task } of tasksOf(after)) {
          const nodes = copiesOf(task.state).map((copy) => copy.node);
          assert.equal(new Set(nodes).size, nodes.length);
        }
        for (const node of after.nodes) {
          const list = after.work.get(node.id) ?? [];
          if (!list.some((each) => each.assignedAt === late)) continue;
          assert.ok(list.length <= node.slots + placementRules.prefetchPerNodeMax);
          const slotted = list.slice(0, node.slots).reduce((sum, each) => sum + each.memoryMb, 0);
          assert.ok(slotted <= node.memoryMb);
        }
        for (const job of after.jobs.values()) {
          const copies = job.tasks.reduce((sum, task) => sum + copiesOf(task.state).length, 0);
          assert.ok(copies <= job.concurrency);
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(copied > 0, 'nothing was ever copied');
  });

  it('take at most a twentieth of the slots, and one at least', () => {
    const names = Array.from({ length: 50 }, (_, at) => `t${at}`);
    const busy = Array.from({ length: 5 }, (_, at) => describeNode(`b${at}`, 10));
    const free = Array.from({ length: 5 }, (_, at) => describeNode(`f${at}`, 10));
    const tasks = names.map((name, at) => liveTask(name, on(`b${at % 5}`), 1));
    const reports = busy.map((node, at) =>
      reportOf(node.id, { running: running(...names.filter((_, index) => index % 5 === at)) }),
    );
    const view = viewOf({
      nodes: [...busy, ...free],
      jobs: [liveJob({ id: 'j1', tasks })],
      reports: [...reports, ...free.map((node) => reportOf(node.id))],
    });
    const { second } = twice(view);
    assert.equal(second.notices.filter((notice) => notice.kind === 'copied').length, 5);
  });

  it('change nothing when they are decided again', () => {
    fc.assert(
      fc.property(anyCluster, (view) => {
        const { second, after } = twice(view);
        const again = decide(after, late, second.memory);
        assert.deepEqual([...again.work], []);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a cluster with one node that is five times as slow as the others', () => {
  it('makes the slowest tasks of a thousand end sooner by copying them, for few copies', () => {
    const rules = { ...placementRules, copyTaskMsMin: 0 };
    const base = { nodes: 8, slots: 4, slowFactor: 5, meanMs: 1_000, load: 0.7, tasks: 2_500, seed: 3 };
    const plain = simulateCluster({ ...base, rules: { ...rules, copyTaskMsMin: 1e9 } });
    const copying = simulateCluster({ ...base, rules });
    assert.equal(plain.copies, 0);
    const hint = JSON.stringify({ plain, copying });
    assert.ok(copying.p999Ms < plain.p999Ms * 0.8, hint);
    assert.ok(copying.copies < base.tasks * 0.08, hint);
  });
});
