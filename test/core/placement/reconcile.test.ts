import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jobId, type NodeId, nodeId, type TaskId, taskId, taskName } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import type { LiveJob, LiveTask } from '../../../src/core/jobs/live.ts';
import { copiesOf } from '../../../src/core/jobs/task-state.ts';
import type { ClusterView } from '../../../src/core/membership/cluster-view.ts';
import { canDo, type NodeReport } from '../../../src/core/membership/node.ts';
import { emptyMemory, type LeaderMemory } from '../../../src/core/placement/memory.ts';
import { type ReconcileInput, reconcile } from '../../../src/core/placement/reconcile.ts';
import { placementRules } from '../../../src/core/placement/rules.ts';
import {
  anyCluster,
  clusters,
  decided,
  describeNode,
  endOf,
  liveJob,
  liveTask,
  reportOf,
  startOfTime,
  viewOf,
} from '../../support/live-cluster.ts';
import { datasetOf } from '../../support/names.ts';

/** Every task is an ingest: they are short, so that some wait in front of nodes. */
const shortTasks: LeaderMemory = { ...emptyMemory, durations: new Map([['ingest', [5, 5, 5, 5]]]) };

/** When tests let the leader decide, if they say nothing else. */
const decidedAt = instant(startOfTime + 1_000);

function decide(view: ClusterView, rest: Partial<ReconcileInput> = {}) {
  const input: ReconcileInput = {
    view,
    now: decidedAt,
    epoch: 2n,
    chance: 0.5,
    held: new Set(),
    memory: shortTasks,
    rules: placementRules,
    ...rest,
  };
  const result = reconcile(input);
  return { result, after: decided(view, result) };
}

function tasksOf(view: ClusterView): { job: LiveJob; task: LiveTask; id: TaskId }[] {
  return [...view.jobs.values()].flatMap((job) =>
    job.tasks.map((task) => ({ job, task, id: taskId(job.id, task.plan.name) })),
  );
}

function stateOf(view: ClusterView, job: string, name: string): LiveTask['state'] {
  const found = tasksOf(view).find(({ id }) => id === taskId(jobId(job), taskName(name)));
  assert.ok(found !== undefined, `${job}/${name} is not live`);
  return found.task.state;
}

function workOf(view: ClusterView, node: string): string[] {
  return (view.work.get(nodeId(node)) ?? []).map((each) => each.task);
}

/** Every task of these clusters is an ingest. */
function canIngest(view: ClusterView, id: NodeId): boolean {
  const node = view.nodes.find((each) => each.id === id);
  return node !== undefined && canDo(node, 'ingest');
}

/** Waiting tasks that nothing but a missing slot or memory holds back, as far as a node with this report goes. */
function couldStart(view: ClusterView, report: NodeReport | undefined) {
  const known = new Set([...(report?.running ?? []), ...(report?.ended ?? [])].map((each) => each.task));
  return tasksOf(view).filter(({ job, task, id }) => {
    if (task.state.state !== 'waiting' || task.state.notBefore > startOfTime + 1_000) return false;
    if (job.control !== 'run' || known.has(id)) return false;
    return job.tasks.reduce((sum, each) => sum + copiesOf(each.state).length, 0) < job.concurrency;
  });
}

/** Tasks that have a slot of a member, by class and dataset. */
function slotShares(view: ClusterView): Map<string, number> {
  const shares = new Map<string, number>();
  for (const node of view.nodes) {
    const running = new Set(view.reports.get(node.id)?.running.map((each) => each.task));
    const list = view.work.get(node.id) ?? [];
    const ordered = [
      ...list.filter((each) => running.has(each.task)),
      ...list.filter((each) => !running.has(each.task)),
    ];
    for (const { job: id } of ordered.slice(0, node.slots)) {
      const job = view.jobs.get(id);
      const key = `${job?.priority} ${job?.dataset}`;
      shares.set(key, (shares.get(key) ?? 0) + 1);
    }
  }
  return shares;
}

const runs = { numRuns: 400 };

describe('reconcile, over any cluster', () => {
  it('has every copy of a task in the work list of its node alone, in the same attempt', () => {
    fc.assert(
      fc.property(anyCluster, (view) => {
        const { after } = decide(view);
        const listed = [...after.work].flatMap(([node, list]) =>
          list.map((each) => `${each.task}@${each.attempt}@${each.assignedAt} ${node}`),
        );
        const copies = tasksOf(after).flatMap(({ task, id }) => {
          const nodes = copiesOf(task.state).map((copy) => copy.node);
          assert.equal(new Set(nodes).size, nodes.length, `${id} is on a node twice`);
          return copiesOf(task.state).map(({ node, at }) => `${id}@${task.attempts + 1}@${at} ${node}`);
        });
        assert.deepEqual(listed.toSorted(), copies.toSorted());
      }),
      runs,
    );
  });

  it('never gives a node more than its slots and its prefetch, nor running tasks more memory than it has', () => {
    fc.assert(
      fc.property(anyCluster, (view) => {
        const { after } = decide(view);
        for (const node of view.nodes) {
          const list = after.work.get(node.id) ?? [];
          assert.ok(list.length <= node.slots + placementRules.prefetchPerNodeMax);
          const fresh = list.some((each) => each.epoch === 2n);
          const memoryMb = list.slice(0, node.slots).reduce((sum, each) => sum + each.memoryMb, 0);
          if (fresh) assert.ok(memoryMb <= node.memoryMb, `${memoryMb} of ${node.memoryMb} MB`);
        }
      }),
      runs,
    );
  });

  it('gives nothing new to a node that drains, is gone, says that it is overloaded, or can not do it', () => {
    fc.assert(
      fc.property(anyCluster, (view) => {
        const { result } = decide(view);
        const present = new Set(view.nodes.map((node) => node.id));
        for (const [node, list] of result.work) {
          const closed =
            !present.has(node) ||
            view.draining.has(node) ||
            !canIngest(view, node) ||
            view.reports.get(node)?.unavailable !== undefined;
          if (closed) assert.ok(list.every((each) => each.epoch === 1n));
        }
      }),
      runs,
    );
  });

  it('leaves no slot free that a waiting task could take', () => {
    fc.assert(
      fc.property(anyCluster, (view) => {
        const { after } = decide(view);
        const capMb = Math.max(...view.nodes.map((node) => node.memoryMb));
        for (const node of view.nodes) {
          const list = after.work.get(node.id) ?? [];
          const report = view.reports.get(node.id);
          if (view.draining.has(node.id) || report?.unavailable !== undefined) continue;
          if (!canIngest(view, node.id)) continue;
          if (list.length >= node.slots) continue;
          const usedMb = list.reduce((sum, each) => sum + each.memoryMb, 0);
          for (const { task, id } of couldStart(after, report)) {
            assert.ok(
              usedMb + Math.min(task.plan.memoryMb, capMb) > node.memoryMb,
              `${id} could run on ${node.id}`,
            );
          }
        }
      }),
      runs,
    );
  });

  it('passes nobody over: whoever still waits has no worse claim than those who were served', () => {
    fc.assert(
      fc.property(clusters({ memoryMb: [1], sparesMax: 0, ends: false }), (view) => {
        const { after } = decide(view, { memory: emptyMemory });
        const shares = slotShares(after);
        for (const [node, list] of after.work) {
          for (const served of list.filter((each) => each.epoch === 2n)) {
            const job = after.jobs.get(served.job);
            for (const waiting of couldStart(after, view.reports.get(node))) {
              if (job === undefined || waiting.task.plan.memoryMb > served.memoryMb) continue;
              const hint = `${served.task} was served, ${waiting.id} waits`;
              assert.ok(job.priority <= waiting.job.priority, hint);
              if (job.priority < waiting.job.priority || job.dataset === waiting.job.dataset) continue;
              const share = (of: LiveJob) => shares.get(`${of.priority} ${of.dataset}`) ?? 0;
              assert.ok(share(job) <= share(waiting.job) + 1, hint);
            }
          }
        }
      }),
      runs,
    );
  });

  it('decides nothing when its own decisions are reconciled again', () => {
    fc.assert(
      fc.property(anyCluster, fc.constantFrom(emptyMemory, shortTasks), (view, memory) => {
        const first = decide(view, { memory });
        const second = decide(first.after, { memory: first.result.memory });
        assert.deepEqual([...second.result.work], []);
        assert.deepEqual([...second.result.jobs], []);
        assert.deepEqual(second.result.ends, []);
        assert.deepEqual(second.result.committed, []);
      }),
      runs,
    );
  });

  it('loses no task: each is still live, or its end is recorded or reported as committed', () => {
    fc.assert(
      fc.property(anyCluster, (view) => {
        const { result, after } = decide(view);
        assert.equal(tasksOf(after).length, tasksOf(view).length);
        const ended = tasksOf(after).filter(({ task }) => task.state.state === 'ended').length;
        assert.equal(ended, result.ends.length + result.committed.length);
      }),
      runs,
    );
  });
});

describe('reconcile', () => {
  it("starts a paused job's tasks no more, and calls back those that have not begun", () => {
    const held = { state: 'assigned', node: nodeId('n1'), attempt: 1, at: startOfTime } as const;
    const job = liveJob({
      id: 'j1',
      control: 'pause',
      tasks: [liveTask('a', held), liveTask('b', held), liveTask('c')],
    });
    const { after } = decide(viewOf({ nodes: [describeNode('n1', 1), describeNode('n2', 1)], jobs: [job] }));
    assert.equal(stateOf(after, 'j1', 'a').state, 'assigned');
    assert.equal(stateOf(after, 'j1', 'b').state, 'waiting');
    assert.deepEqual(workOf(after, 'n2'), []);
  });

  it('moves a task that waits in front of a busy node to a node that is free', () => {
    const held = { state: 'assigned', node: nodeId('n1'), attempt: 1, at: startOfTime } as const;
    const job = liveJob({ id: 'j1', tasks: [liveTask('a', held), liveTask('b', held)] });
    const { after } = decide(viewOf({ nodes: [describeNode('n1', 1), describeNode('n2', 1)], jobs: [job] }));
    assert.deepEqual(workOf(after, 'n1'), ['j1/a']);
    assert.deepEqual(workOf(after, 'n2'), ['j1/b']);
  });

  it("keeps a full cluster's next slot for the check: no backfill waits in front of a node any more", () => {
    const on = (node: string) =>
      ({ state: 'assigned', node: nodeId(node), attempt: 1, at: startOfTime }) as const;
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const backfill = liveJob({
      id: 'j1',
      kind: 'backfill',
      tasks: names.map((name, at) => liveTask(name, on(at % 2 === 0 ? 'n1' : 'n2'))),
    });
    const check = liveJob({ id: 'j2', kind: 'check', dataset: 'other', tasks: [liveTask('m')] });
    const nodes = [describeNode('n1', 1), describeNode('n2', 1)];
    const { after, result } = decide(viewOf({ nodes, jobs: [backfill, check] }));
    assert.deepEqual(
      [...after.work.values()]
        .flat()
        .map((each) => each.task)
        .toSorted(),
      ['j1/a', 'j1/b', 'j2/m'],
    );
    const committed = { running: [], ended: [endOf('j1', 'b', { kind: 'committed' })] };
    const reports = new Map([[nodeId('n2'), reportOf('n2', committed)]]);
    const next = decide({ ...after, reports }, { memory: result.memory });
    assert.equal(workOf(next.after, 'n2')[0], 'j2/m');
  });

  it('lets no task wait in front of a node whose kind takes long, or is not known yet', () => {
    const tasks = Array.from({ length: 6 }, (_, at) => liveTask(`t${at}`));
    const view = viewOf({ nodes: [describeNode('n1', 1)], jobs: [liveJob({ id: 'j1', tasks })] });
    const long: LeaderMemory = {
      ...emptyMemory,
      durations: new Map([['ingest', [60_000, 60_000, 60_000, 60_000]]]),
    };
    const counts = [shortTasks, long, emptyMemory].map(
      (memory) => workOf(decide(view, { memory }).after, 'n1').length,
    );
    assert.deepEqual(counts, [6, 1, 1]);
  });

  it('learns from committed tasks how long their kind takes', () => {
    const job = liveJob({ id: 'j1', tasks: [liveTask('a'), liveTask('b')] });
    const first = decide(viewOf({ nodes: [describeNode('n1', 2)], jobs: [job] }), { memory: emptyMemory });
    const end = (name: string) => endOf('j1', name, { kind: 'committed' }, { assignedAt: decidedAt });
    const ended = [{ ...end('a'), tookMs: 400 }, end('b')];
    const view = { ...first.after, reports: new Map([[nodeId('n1'), reportOf('n1', { ended })]]) };
    const second = decide(view, { memory: first.result.memory });
    assert.deepEqual([...second.result.memory.durations], [['ingest', [400]]]);
    assert.equal(second.result.committed.length, 2);
  });

  it('shares the slots of one class evenly between datasets, whatever each has waiting', () => {
    const many = Array.from({ length: 40 }, (_, at) => liveTask(`t${at}`));
    const jobs = [
      liveJob({ id: 'j1', kind: 'backfill', dataset: 'huge', tasks: many }),
      liveJob({ id: 'j2', kind: 'backfill', dataset: 'small', tasks: many.slice(0, 20) }),
    ];
    const nodes = Array.from({ length: 5 }, (_, at) => describeNode(`n${at}`, 4));
    const { after } = decide(viewOf({ nodes, jobs }));
    const slotted = nodes.flatMap((node) => workOf(after, node.id).slice(0, node.slots));
    assert.equal(slotted.filter((task) => task.startsWith('j1/')).length, 10);
    assert.equal(slotted.filter((task) => task.startsWith('j2/')).length, 10);
  });

  it('serves datasets in turn when there is only one slot', () => {
    const jobs = ['a', 'b', 'c'].map((dataset) =>
      liveJob({ id: `j-${dataset}`, dataset, tasks: [liveTask('t0'), liveTask('t1'), liveTask('t2')] }),
    );
    let view = viewOf({ nodes: [describeNode('n1', 1)], jobs });
    let memory = shortTasks;
    const served: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const step = decide(view, {
        memory,
        rules: { ...placementRules, prefetchPerNodeMin: 0, prefetchPerNodeMax: 0 },
      });
      const task = workOf(step.after, 'n1')[0] ?? '';
      served.push(task.slice(2, 3));
      memory = step.result.memory;
      const [job = '', name = ''] = task.split('/');
      const ended = [endOf(job, name, { kind: 'committed' }, { assignedAt: decidedAt })];
      view = { ...step.after, reports: new Map([[nodeId('n1'), reportOf('n1', { ended })]]) };
    }
    assert.deepEqual(served.slice(0, 3).toSorted(), ['a', 'b', 'c']);
    assert.deepEqual(served.slice(3), served.slice(0, 3));
  });

  it('never runs more of a job at once than its concurrency', () => {
    const tasks = Array.from({ length: 10 }, (_, at) => liveTask(`t${at}`));
    const job = liveJob({ id: 'j1', kind: 'backfill', concurrency: 3, tasks });
    const { after } = decide(viewOf({ nodes: [describeNode('n1', 8)], jobs: [job] }));
    assert.equal(workOf(after, 'n1').length, 3);
  });

  it('starts no ingest of a dataset that is held back', () => {
    const job = liveJob({ id: 'j1', dataset: 'flights', tasks: [liveTask('t0')] });
    const view = viewOf({ nodes: [describeNode('n1')], jobs: [job] });
    const { after } = decide(view, { held: new Set([datasetOf('flights')]) });
    assert.deepEqual(workOf(after, 'n1'), []);
  });

  it('prefers the node that is less busy by its own report, among those with equal free slots', () => {
    const job = liveJob({ id: 'j1', tasks: [liveTask('t0')] });
    const reports = [reportOf('n1', { cpu: 0.9 }), reportOf('n2', { cpu: 0.1 })];
    const view = viewOf({ nodes: [describeNode('n1'), describeNode('n2')], jobs: [job], reports });
    assert.deepEqual(workOf(decide(view).after, 'n2'), ['j1/t0']);
  });

  it('spreads the tasks of a job over the zones, among nodes with equal free slots', () => {
    const nodes = ['a', 'a', 'b', 'b'].map((zone, at) => ({ ...describeNode(`n${at}`, 2), zone }));
    const jobs = ['j1', 'j2'].map((id) =>
      liveJob({ id, dataset: id, tasks: [liveTask('t0'), liveTask('t1')] }),
    );
    const { after } = decide(viewOf({ nodes, jobs }));
    for (const job of jobs) {
      const zones = nodes.filter((node) =>
        (after.work.get(node.id) ?? []).some((each) => each.job === job.id),
      );
      assert.deepEqual(zones.map(({ zone }) => zone).toSorted(), ['a', 'b'], job.id);
    }
  });

  it('gives a task that needs more memory than any node has the whole of the largest node', () => {
    const job = liveJob({ id: 'j1', tasks: [liveTask('t0', undefined, 99_999), liveTask('t1')] });
    const view = viewOf({ nodes: [describeNode('n1', 4, 512), describeNode('n2', 4, 1_024)], jobs: [job] });
    const { after } = decide(view);
    assert.deepEqual(workOf(after, 'n2'), ['j1/t0']);
    assert.equal(after.work.get(nodeId('n2'))?.[0]?.memoryMb, 1_024);
    assert.deepEqual(workOf(after, 'n1'), ['j1/t1']);
  });
});

describe('reconcile, on what nodes leave behind', () => {
  const reports = [reportOf('gone'), reportOf('here'), reportOf('back')];
  const draining = ['gone', 'never', 'here'].map(nodeId);
  const nodes = [describeNode('here'), describeNode('back')];
  const parts = { jobs: [], reports, draining };
  const later = (ms: number) => instant(decidedAt + ms);

  it('forgets reports and drain marks of nodes that have been gone for a minute, and of no others', () => {
    const first = decide(viewOf({ ...parts, nodes: [describeNode('here')] }));
    assert.deepEqual([...first.result.forgotten], []);
    const almost = { memory: first.result.memory, now: later(placementRules.forgetNodeMs - 1) };
    const second = decide(viewOf({ ...parts, nodes }), almost);
    assert.deepEqual([...second.result.forgotten], []);
    const third = { memory: second.result.memory, now: later(placementRules.forgetNodeMs) };
    const { result } = decide(viewOf({ ...parts, nodes }), third);
    assert.deepEqual([...result.forgotten], ['gone', 'never']);
  });

  it('keeps the last report of a lost node as long as its work is not taken away', () => {
    const held = { state: 'assigned', node: nodeId('gone'), attempt: 1, at: startOfTime } as const;
    const jobs = ['g1', 'g2', 'gone'].map((id) =>
      liveJob({ id, tasks: [liveTask('a', { ...held, node: nodeId(id) })] }),
    );
    const view = viewOf({ ...parts, nodes, jobs });
    const { result } = decide(view);
    assert.deepEqual([...result.work], [], 'a third of all nodes is waited for');
    assert.ok(!result.memory.gone.has(nodeId('gone')));
  });
});

describe('reconcile, on losses', () => {
  const on = (node: string) =>
    ({ state: 'assigned', node: nodeId(node), attempt: 1, at: startOfTime }) as const;

  it("gives a lost node's work to others at once; what ran there counts a death, what waited nothing", () => {
    const job = liveJob({ id: 'j1', tasks: [liveTask('a', on('gone')), liveTask('b', on('gone'))] });
    const running = [{ task: taskId(jobId('j1'), taskName('a')), attempt: 1, assignedAt: startOfTime }];
    const view = viewOf({
      nodes: [describeNode('n1', 4)],
      jobs: [job],
      reports: [reportOf('gone', { running })],
    });
    const { after } = decide(view);
    const [a, b] = after.jobs.get(jobId('j1'))?.tasks ?? [];
    assert.deepEqual([a?.attempts, a?.deaths, a?.state.state], [0, ['gone'], 'waiting']);
    assert.deepEqual([b?.attempts, b?.deaths], [0, []]);
    assert.deepEqual(workOf(after, 'n1'), ['j1/b']);
    assert.deepEqual(workOf(after, 'gone'), []);
  });

  it("does not take an old attempt's end for the present one's", () => {
    const state = { state: 'assigned', node: nodeId('n1'), attempt: 2, at: startOfTime } as const;
    const job = liveJob({ id: 'j1', tasks: [{ ...liveTask('a', state), attempts: 1 }] });
    const ended = [endOf('j1', 'a', { kind: 'failed', failure: { code: 'INTERNAL', message: 'old' } })];
    const view = viewOf({ nodes: [describeNode('n1')], jobs: [job], reports: [reportOf('n1', { ended })] });
    const { after } = decide(view);
    assert.deepEqual(stateOf(after, 'j1', 'a'), state);
  });

  it('does not take a report that is older than an assignment for its answer, in the same attempt on the same node', () => {
    const again = { ...on('n1'), at: instant(startOfTime + 500) };
    const job = liveJob({ id: 'j1', tasks: [liveTask('a', again), liveTask('b', again)] });
    const running = [{ task: taskId(jobId('j1'), taskName('b')), attempt: 1, assignedAt: startOfTime }];
    for (const end of [
      { kind: 'released' },
      { kind: 'failed', failure: { code: 'INTERNAL', message: 'of the first time' } },
      { kind: 'died', failure: { code: 'WORKER_DIED', message: 'of the first time' } },
    ] as const) {
      const reports = [reportOf('n1', { running, ended: [endOf('j1', 'a', end)] })];
      const view = viewOf({ nodes: [describeNode('n1')], jobs: [job], reports });
      const { result } = decide(view);
      assert.deepEqual([...result.work], []);
      assert.deepEqual([...result.jobs], []);
    }
    // What ran there before does not run now: its node's death is none of this task's.
    const view = viewOf({ nodes: [describeNode('n2')], jobs: [job], reports: [reportOf('n1', { running })] });
    const tasks = decide(view).after.jobs.get(jobId('j1'))?.tasks ?? [];
    assert.deepEqual(
      tasks.map((task) => task.deaths),
      [[], []],
    );
  });

  it('keeps two tasks under which something died apart, so that a bystander is not taken for the cause', () => {
    const died = (name: string) => ({ ...liveTask(name), deaths: [nodeId('gone')] });
    const job = liveJob({ id: 'j1', tasks: [died('a'), died('b'), liveTask('c')] });
    const one = decide(viewOf({ nodes: [describeNode('n1', 4)], jobs: [job] }));
    assert.deepEqual(workOf(one.after, 'n1'), ['j1/a', 'j1/c']);
    const two = decide(viewOf({ nodes: [describeNode('n1', 4), describeNode('n2', 4)], jobs: [job] }));
    assert.ok(
      [...two.after.work.values()].every(
        (list) => !(list.some(({ task }) => task === 'j1/a') && list.some(({ task }) => task === 'j1/b')),
      ),
    );
    assert.equal([...two.after.work.values()].flat().length, 3);
  });

  it('takes in what a lost node told before it was lost', () => {
    const job = liveJob({ id: 'j1', tasks: [liveTask('a', on('gone'))] });
    const ended = [endOf('j1', 'a', { kind: 'committed' })];
    const view = viewOf({ nodes: [describeNode('n1')], jobs: [job], reports: [reportOf('gone', { ended })] });
    const { result } = decide(view);
    assert.deepEqual(
      result.committed.map((task) => task.id),
      ['j1/a'],
    );
  });

  it('waits one session time-out before it reassigns the work of a third of the nodes lost at once', () => {
    const lost = ['g1', 'g2', 'g3'];
    const tasks = lost.map((node) => liveTask(node, on(node)));
    const reports = lost.map((node) =>
      reportOf(node, {
        running: [{ task: taskId(jobId('j1'), taskName(node)), attempt: 1, assignedAt: startOfTime }],
      }),
    );
    const nodes = ['n1', 'n2', 'n3', 'n4'].map((id) => describeNode(id));
    const view = viewOf({ nodes, jobs: [liveJob({ id: 'j1', tasks })], reports });
    const first = decide(view);
    assert.deepEqual([...first.result.work], []);
    assert.equal(first.result.wakeAt, startOfTime + 1_000 + placementRules.sessionTimeoutMs);
    const now = instant(first.result.wakeAt ?? 0);
    const spoken = nodes.map((node) => [node.id, reportOf(node.id, { at: now })] as const);
    const later = { ...view, reports: new Map([...view.reports, ...spoken]) };
    const second = decide(later, { memory: first.result.memory, now });
    const after = second.after.jobs.get(jobId('j1'))?.tasks ?? [];
    assert.deepEqual(
      after.map((task) => [task.state.state, task.deaths.length]),
      [
        ['assigned', 0],
        ['assigned', 0],
        ['assigned', 0],
      ],
    );
    assert.ok(lost.every((node) => workOf(second.after, node).length === 0));
  });

  it('counts what absent nodes may still run against the limit of their job', () => {
    const lost = ['g1', 'g2', 'g3'];
    const tasks = [...lost.map((node) => liveTask(node, on(node))), liveTask('next')];
    const job = liveJob({ id: 'j1', concurrency: 3, tasks });
    const { result } = decide(viewOf({ nodes: [describeNode('n1')], jobs: [job] }));
    assert.deepEqual([...result.work], []);
  });

  it('takes a task back from a node that ignores its time-out, at the cost of an attempt', () => {
    const job = liveJob({ id: 'j1', tasks: [liveTask('a', on('n1'))] });
    const running = [{ task: taskId(jobId('j1'), taskName('a')), attempt: 1, assignedAt: startOfTime }];
    const view = viewOf({
      nodes: [describeNode('n1', 1)],
      jobs: [job],
      reports: [reportOf('n1', { running })],
    });
    const first = decide(view);
    assert.deepEqual([...first.result.work], []);
    const now = instant(startOfTime + 1_000 + 60_000 + placementRules.timeoutNetMs);
    const spoken = { ...view, reports: new Map([[nodeId('n1'), reportOf('n1', { running, at: now })]]) };
    const { after } = decide(spoken, { memory: first.result.memory, now });
    const [task] = after.jobs.get(jobId('j1'))?.tasks ?? [];
    assert.deepEqual([task?.attempts, task?.state.state], [1, 'waiting']);
    assert.deepEqual(workOf(after, 'n1'), []);
  });

  it('gives nothing new to a node whose reports are overdue, and calls back what waits in front of it', () => {
    const view = viewOf({ nodes: [describeNode('n1')], jobs: [], reports: [reportOf('n1')] });
    const first = decide(view);
    const jobs = new Map([[jobId('j1'), liveJob({ id: 'j1', tasks: [liveTask('a')] })]]);
    assert.ok(
      placementRules.suspectMs < placementRules.sessionTimeoutMs / 2,
      'a suspect is no lost node yet',
    );
    const now = instant(decidedAt + placementRules.suspectMs + 1);
    const second = decide({ ...view, jobs }, { memory: first.result.memory, now });
    assert.deepEqual([...second.result.work], []);
    const spoken = { ...view, jobs, reports: new Map([[nodeId('n1'), reportOf('n1', { at: now })]]) };
    const third = decide(spoken, { memory: second.result.memory, now });
    assert.deepEqual(workOf(third.after, 'n1'), ['j1/a']);
  });

  it('gives the work of a node that lives but is silent for long to others', () => {
    const job = liveJob({ id: 'j1', tasks: [liveTask('a', on('n1')), liveTask('b', on('n1'))] });
    const running = [{ task: taskId(jobId('j1'), taskName('a')), attempt: 1, assignedAt: startOfTime }];
    const nodes = [describeNode('n1'), describeNode('n2')];
    const view = viewOf({ nodes, jobs: [job], reports: [reportOf('n1', { running }), reportOf('n2')] });
    const first = decide(view);
    assert.deepEqual([...first.result.work], []);
    const now = instant(startOfTime + 1_000 + placementRules.silenceNetMs);
    const spoken = new Map([...view.reports, [nodeId('n2'), reportOf('n2', { at: now })]]);
    const { after } = decide({ ...view, reports: spoken }, { memory: first.result.memory, now });
    const deaths = after.jobs.get(jobId('j1'))?.tasks.map((task) => task.deaths);
    assert.deepEqual(deaths, [['n1'], []]);
    assert.deepEqual(workOf(after, 'n1'), []);
    assert.deepEqual(workOf(after, 'n2'), ['j1/b']);
  });
});
