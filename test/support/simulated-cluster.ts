import { nodeId } from '../../src/base/ids.ts';
import { type Instant, instant } from '../../src/base/units.ts';
import type { LiveJob, LiveTask } from '../../src/core/jobs/live.ts';
import type { ClusterView } from '../../src/core/membership/cluster-view.ts';
import type { EndedTask, RunningTask } from '../../src/core/membership/node.ts';
import { emptyMemory, type LeaderMemory } from '../../src/core/placement/memory.ts';
import { reconcile } from '../../src/core/placement/reconcile.ts';
import type { PlacementRules } from '../../src/core/placement/rules.ts';
import { decided, describeNode, liveJob, liveTask, reportOf, startOfTime, viewOf } from './live-cluster.ts';
import { createSeededRandom } from './seeded-random.ts';

export type SimulationOptions = {
  readonly nodes: number;
  readonly slots: number;
  /** The first node takes this many times as long as the others. */
  readonly slowFactor: number;
  /** Tasks take exponentially distributed times of this mean, on the other nodes. */
  readonly meanMs: number;
  /** The part of all nodes' capacity that is asked for, if they were equal. */
  readonly load: number;
  readonly tasks: number;
  readonly seed: number;
  readonly rules: PlacementRules;
};

export type SimulationResult = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Second copies that were begun. */
  readonly copies: number;
};

const tickMs = 20;

type Run = {
  readonly task: string;
  readonly told: RunningTask;
  readonly beganMs: number;
  readonly endMs: number;
};

/**
 * Nodes that do tasks which come in at random (a Poisson process), led by the real `reconcile`; time moves in ticks.
 * Measures from the arrival of a task to its first commit.
 */
export function simulateCluster(options: SimulationOptions): SimulationResult {
  const random = createSeededRandom(options.seed);
  const exponential = (meanMs: number) => -Math.log(1 - random.next()) * meanMs;
  const nodes = Array.from({ length: options.nodes }, (_, at) => describeNode(`n${at}`, options.slots, 1e6));
  const gapMs = options.meanMs / (options.nodes * options.slots * options.load);
  const arrivals: number[] = [];
  for (let atMs = exponential(gapMs); arrivals.length < options.tasks; atMs += exponential(gapMs)) {
    arrivals.push(atMs);
  }
  const tookMs: number[] = [];
  let copies = 0;
  let memory: LeaderMemory = emptyMemory;
  let job: LiveJob = liveJob({ id: 'j1', tasks: [] });
  let view: ClusterView = viewOf({ nodes, jobs: [job] });
  const running = new Map(nodes.map((node) => [node.id, new Map<string, Run>()]));
  let next = 0;
  for (let atMs = 0; tookMs.length < options.tasks; atMs += tickMs) {
    const fresh: LiveTask[] = [];
    for (; next < arrivals.length && (arrivals[next] ?? 0) <= atMs; next += 1)
      fresh.push(liveTask(`t${next}`));
    job = { ...job, tasks: [...(view.jobs.get(job.id)?.tasks ?? []).filter(isOpen), ...fresh] };
    const now = instant(startOfTime + atMs);
    const reports = nodes.map((node) => {
      const runs = running.get(node.id) ?? new Map<string, Run>();
      const list = view.work.get(node.id) ?? [];
      const listed = new Map(list.map((each) => [`${each.task}@${each.assignedAt}`, each]));
      for (const key of runs.keys()) if (!listed.has(key)) runs.delete(key);
      for (const [key, { task, attempt, assignedAt }] of [...listed].slice(0, node.slots)) {
        if (runs.has(key)) continue;
        const factor = node.id === nodeId('n0') ? options.slowFactor : 1;
        const told = { task, attempt, assignedAt };
        runs.set(key, { task, told, beganMs: atMs, endMs: atMs + exponential(options.meanMs) * factor });
      }
      return reportOf(node.id, { at: now, ...reportOfRuns([...runs.values()], atMs) });
    });
    view = {
      ...view,
      jobs: new Map([[job.id, job]]),
      reports: new Map(reports.map((each) => [each.node, each])),
    };
    const result = step(view, now, memory, options.rules);
    for (const { name } of result.committed) tookMs.push(atMs - (arrivals[Number(name.slice(1))] ?? 0));
    copies += result.notices.filter((notice) => notice.kind === 'copied').length;
    memory = result.memory;
    view = decided(view, result);
  }
  const sorted = tookMs.toSorted((a, b) => a - b);
  const quantile = (part: number) => Math.round(sorted[Math.floor(part * sorted.length)] ?? 0);
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), p999Ms: quantile(0.999), copies };
}

function isOpen(task: LiveTask): boolean {
  return task.state.state !== 'ended';
}

function reportOfRuns(runs: readonly Run[], atMs: number): { running: RunningTask[]; ended: EndedTask[] } {
  const running = runs.filter((run) => run.endMs > atMs).map((run) => run.told);
  const ended = runs
    .filter((run) => run.endMs <= atMs)
    .map((run) => ({ ...run.told, end: { kind: 'committed' } as const, tookMs: run.endMs - run.beganMs }));
  return { running, ended };
}

function step(view: ClusterView, now: Instant, memory: LeaderMemory, rules: PlacementRules) {
  return reconcile({ view, now, epoch: 1n, chance: 0.5, held: new Set(), memory, rules });
}
