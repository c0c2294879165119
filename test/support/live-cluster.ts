import fc from 'fast-check';
import {
  type JobId,
  jobId,
  type NodeId,
  nodeId,
  partitionKey,
  taskId,
  taskName,
} from '../../src/base/ids.ts';
import { type Instant, instant } from '../../src/base/units.ts';
import { type JobKind, jobCluster, jobPriority } from '../../src/core/jobs/job.ts';
import type { LiveJob, LiveTask, LiveTaskState } from '../../src/core/jobs/live.ts';
import { copiesOf } from '../../src/core/jobs/task-state.ts';
import type { ClusterView } from '../../src/core/membership/cluster-view.ts';
import type { Assignment, NodeDescription, NodeReport, TaskEnd } from '../../src/core/membership/node.ts';
import { datasetOf } from './names.ts';

/** Parts of a cluster for placement tests. */
export const startOfTime: Instant = instant(Date.UTC(2001, 0, 1));

export function describeNode(id: string, slots = 2, memoryMb = 8_192): NodeDescription {
  const place = { host: id, version: '0.1.0', region: 'r1', zone: 'z1' };
  return { id: nodeId(id), ...place, slots, memoryMb, startedAt: startOfTime };
}

export function liveTask(name: string, state?: LiveTaskState, memoryMb = 256): LiveTask {
  const listed = {
    key: partitionKey(name),
    fingerprint: 'f',
    scan: { kind: 'files', format: 'csv', files: [], hiveKeys: [] },
  } as const;
  return {
    plan: {
      name: taskName(name),
      spec: { kind: 'ingest', dataset: datasetOf('any'), listed },
      after: [],
      timeoutMs: 60_000,
      memoryMb,
    },
    attempts: 0,
    deaths: [],
    state: state ?? { state: 'waiting', notBefore: startOfTime },
  };
}

export function liveJob(request: {
  readonly id: string;
  readonly tasks: readonly LiveTask[];
  readonly dataset?: string;
  readonly kind?: JobKind;
  readonly concurrency?: number;
  readonly control?: LiveJob['control'];
}): LiveJob {
  const kind = request.kind ?? 'scan';
  return {
    id: jobId(request.id),
    cluster: jobCluster[kind],
    dataset: datasetOf(request.dataset ?? 'flights'),
    kind,
    priority: jobPriority[kind],
    control: request.control ?? 'run',
    concurrency: request.concurrency ?? Number.MAX_SAFE_INTEGER,
    admittedAt: startOfTime,
    tasks: request.tasks,
  };
}

export function assignmentOf(job: LiveJob, task: LiveTask, assignedAt = startOfTime): Assignment {
  const { plan } = task;
  return {
    task: taskId(job.id, plan.name),
    job: job.id,
    spec: plan.spec,
    attempt: task.attempts + 1,
    timeoutMs: plan.timeoutMs,
    memoryMb: plan.memoryMb,
    epoch: 1n,
    assignedAt,
  };
}

/** A view in which every assigned task stands in its node's work list, in the order of the jobs. */
export function viewOf(parts: {
  readonly nodes: readonly NodeDescription[];
  readonly jobs: readonly LiveJob[];
  readonly reports?: readonly NodeReport[];
  readonly draining?: readonly NodeId[];
}): ClusterView {
  const work = new Map<NodeId, Assignment[]>();
  for (const job of parts.jobs) {
    for (const task of job.tasks) {
      for (const { node, at } of copiesOf(task.state)) {
        work.set(node, [...(work.get(node) ?? []), assignmentOf(job, task, at)]);
      }
    }
  }
  return {
    nodes: parts.nodes,
    reports: new Map((parts.reports ?? []).map((report) => [report.node, report])),
    work,
    jobs: new Map(parts.jobs.map((job) => [job.id, job])),
    draining: new Set(parts.draining),
  };
}

export function reportOf(node: string, parts: Partial<NodeReport> = {}): NodeReport {
  return {
    node: nodeId(node),
    at: startOfTime,
    cpu: 0,
    memoryUsedMb: 0,
    running: [],
    ended: [],
    ...parts,
  };
}

export function endOf(
  job: string,
  name: string,
  end: TaskEnd,
  { attempt = 1, assignedAt = startOfTime } = {},
) {
  return { task: taskId(jobId(job), taskName(name)), attempt, assignedAt, end };
}

const ends: readonly TaskEnd[] = [
  { kind: 'committed' },
  { kind: 'released' },
  { kind: 'failed', failure: { code: 'INTERNAL', message: 'it broke' } },
  { kind: 'failed', failure: { code: 'SOURCE_UNREADABLE', message: 'it is broken' } },
  { kind: 'died', failure: { code: 'WORKER_DIED', message: 'it fell over' } },
];

type Shape = {
  readonly nodes: readonly {
    slots: number;
    memoryMb: number;
    gone: boolean;
    drain: boolean;
    busy: number;
    able: boolean;
  }[];
  readonly jobs: readonly {
    kind: JobKind;
    dataset: number;
    control: number;
    concurrency: number;
    tasks: readonly {
      state: number;
      node: number;
      tell: number;
      second: { node: number; tell: number } | undefined;
      memoryMb: number;
      attempts: number;
    }[];
  }[];
};

type Variety = {
  /** What tasks may need. */
  readonly memoryMb: readonly number[];
  /** Tasks that may wait in front of a full node. */
  readonly sparesMax: number;
  /** Whether nodes tell of ends: to a node that has not forgotten a task, that very task must not come again. */
  readonly ends: boolean;
};

const shapeOf = (variety: Variety): fc.Arbitrary<Shape> =>
  fc.record({
    nodes: fc.array(
      fc.record({
        slots: fc.integer({ min: 1, max: 4 }),
        memoryMb: fc.constantFrom(1_024, 2_048, 8_192),
        gone: fc.boolean(),
        drain: fc.integer({ min: 0, max: 4 }).map((roll) => roll === 0),
        busy: fc.integer({ min: 0, max: 5 }),
        able: fc.integer({ min: 0, max: 5 }).map((roll) => roll > 0),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    jobs: fc.array(
      fc.record({
        kind: fc.constantFrom<JobKind>('scan', 'backfill', 'check', 'profile'),
        dataset: fc.integer({ min: 0, max: 3 }),
        control: fc.integer({ min: 0, max: 8 }),
        concurrency: fc.constantFrom(1, 2, 5, Number.MAX_SAFE_INTEGER),
        tasks: fc.array(
          fc.record({
            state: fc.integer({ min: 0, max: 5 }),
            node: fc.integer({ min: 0, max: 5 }),
            tell: fc.integer({ min: 0, max: 9 }),
            second: fc.option(
              fc.record({ node: fc.integer({ min: 0, max: 5 }), tell: fc.integer({ min: 0, max: 9 }) }),
              { nil: undefined, freq: 3 },
            ),
            memoryMb: fc.constantFrom(...variety.memoryMb),
            attempts: fc.integer({ min: 0, max: 2 }),
          }),
          { maxLength: 12 },
        ),
      }),
      { maxLength: 6 },
    ),
  });

/**
 * Clusters as they may be at any moment: nodes that are gone, drain, say that they are full, or can not do the tasks;
 * tasks in every state, some with two nodes, their nodes silent, running them, or telling of their end; never more on a node than it may hold.
 */
export const anyCluster: fc.Arbitrary<ClusterView> = clusters({
  memoryMb: [256, 1_024, 4_096],
  sparesMax: 2,
  ends: true,
});

/** Clusters of more or less variety. */
export function clusters(variety: Variety): fc.Arbitrary<ClusterView> {
  return shapeOf(variety).map((from) => build(from, variety));
}

function build(from: Shape, { sparesMax, ends: tellsEnds }: Omit<Variety, 'memoryMb'>): ClusterView {
  const all = from.nodes.map((node, at) => ({
    ...describeNode(`n${at}`, node.slots, node.memoryMb),
    zone: `z${at % 2}`,
    kinds: node.able ? ['ingest', 'a kind of tomorrow'] : ['evaluate'],
  }));
  const held = all.map(() => ({ tasks: 0, memoryMb: 0 }));
  const place = (at: number, memoryMb: number): NodeDescription | undefined => {
    const node = all[at % all.length];
    const load = held[at % all.length];
    if (node === undefined || load === undefined) return undefined;
    const fits = load.tasks < node.slots + sparesMax && load.memoryMb + memoryMb <= node.memoryMb;
    if (!fits) return undefined;
    load.tasks += 1;
    load.memoryMb += memoryMb;
    return node;
  };
  const reports = new Map<
    NodeId,
    { running: NodeReport['running'][number][]; ended: NodeReport['ended'][number][] }
  >(all.map((node) => [node.id, { running: [], ended: [] }]));
  const jobs = from.jobs.map((job, index) => {
    const id: JobId = jobId(`job-${index}`);
    const tasks = job.tasks.map((task, at) => {
      const name = `t${at}`;
      const node = task.state < 3 ? place(task.node, task.memoryMb) : undefined;
      if (node === undefined)
        return { ...liveTask(name, waitingState(task.state), task.memoryMb), attempts: task.attempts };
      const attempt = task.attempts + 1;
      const tell = (by: NodeDescription, roll: number) => {
        const told = reports.get(by.id);
        const end = tellsEnds ? ends[roll] : undefined;
        const where = { task: taskId(id, taskName(name)), attempt, assignedAt: startOfTime };
        if (end !== undefined) told?.ended.push({ ...where, end });
        else if (roll < 8 && (told?.running.length ?? 0) < by.slots) told?.running.push(where);
        return { node: by.id, at: startOfTime };
      };
      const first = tell(node, task.tell);
      const { second } = task;
      const elsewhere = second !== undefined && second.node % all.length !== task.node % all.length;
      const other = elsewhere ? place(second.node, task.memoryMb) : undefined;
      const state: LiveTaskState =
        other === undefined
          ? { state: 'assigned', attempt, ...first }
          : { state: 'doubled', attempt, copies: [first, tell(other, second?.tell ?? 0)] };
      return { ...liveTask(name, state, task.memoryMb), attempts: task.attempts };
    });
    return liveJob({
      id,
      tasks,
      kind: job.kind,
      dataset: `d${job.dataset}`,
      concurrency: Math.max(
        job.concurrency,
        tasks.reduce((sum, task) => sum + copiesOf(task.state).length, 0),
      ),
      control: job.control === 0 ? 'pause' : job.control === 1 ? 'cancel' : 'run',
    });
  });
  const stays = all.filter((_, at) => from.nodes[at]?.gone !== true || at === 0);
  return viewOf({
    nodes: stays,
    jobs,
    reports: all.map((node, at) =>
      reportOf(node.id, {
        ...reports.get(node.id),
        cpu: (from.nodes[at]?.busy ?? 0) / 5,
        ...(from.nodes[at]?.busy === 5 ? { unavailable: 'overloaded' } : {}),
      }),
    ),
    draining: all.filter((_, at) => from.nodes[at]?.drain === true).map((node) => node.id),
  });
}

function waitingState(roll: number): LiveTaskState {
  if (roll === 5) return { state: 'waiting', notBefore: instant(startOfTime + 20_000) };
  return { state: 'waiting', notBefore: startOfTime };
}

/** The view once decisions are written. */
export function decided(
  view: ClusterView,
  by: { readonly work: ClusterView['work']; readonly jobs: ReadonlyMap<JobId, LiveJob> },
): ClusterView {
  const work = new Map([...view.work, ...by.work]);
  for (const [node, list] of work) if (list.length === 0) work.delete(node);
  return { ...view, work, jobs: new Map([...view.jobs, ...by.jobs]) };
}
