import { FailureError, failure, failureOf } from '../../base/errors.ts';
import type { ClusterName } from '../../base/ids.ts';
import {
  type BackfillPoint,
  type CapacityPoint,
  capacityPoint,
  startLatencies,
  type TaskRate,
  taskRate,
} from '../../core/drills/capacity.ts';
import { type Spread, spreadOf } from '../../core/drills/figures.ts';
import type { Finding } from '../../core/drills/verdict.ts';
import { type DrilledBackfills, timeBackfill } from './flights-backfill.ts';
import { type ProcessorUse, ProcessorWatch } from './processor-watch.ts';
import { nodesNow, poll, type RecoveryParts } from './recovery-parts.ts';

export type CapacityParts = RecoveryParts & {
  readonly service: DrilledBackfills;
  /** Processor time that a process and its children have used so far; undefined where nobody can tell. */
  readonly cpuMsOf: (pid: number) => number | undefined;
  /** A large dataset: a definition under any name, and where its files are. */
  readonly flights: { readonly yaml: (name: string) => string; readonly directory: string };
};

export type CapacityWish = {
  /** Numbers of nodes, rising; the cluster has the first one already. */
  readonly nodes: readonly number[];
  /** Numbers of jobs that are submitted at once. */
  readonly jobs: readonly number[];
  /** Tasks of the measurement of tasks per second. */
  readonly tasks: number;
  /** Jobs of the measurement of latencies, one after the other. */
  readonly latencyJobs: number;
  /** Numbers of nodes on which the backfill is timed. */
  readonly backfillNodes: readonly number[];
};

export type CapacityRun = {
  readonly points: readonly CapacityPoint[];
  readonly rates: readonly (TaskRate & { readonly processors: readonly ProcessorUse[] })[];
  /** From the submission of a job to its start on an idle cluster, ms. */
  readonly startLatency: Spread;
  readonly backfills: readonly BackfillPoint[];
  readonly findings: readonly Finding[];
  readonly judged: { readonly jobs: number; readonly tasks: number };
  readonly cutShort?: string;
};

/** Jobs among which the tasks of a measurement are divided. */
const jobsOfRate = 8;

type Measurements = {
  points: CapacityPoint[];
  rates: CapacityRun['rates'][number][];
  latencies: number[];
  backfills: BackfillPoint[];
};

/**
 * Lets a cluster grow and measures it at each size: jobs completed per second against the number submitted at once, tasks
 * per second, one large backfill; in between, how soon a job starts when there is nothing else to do.
 */
export async function runCapacityDrill(
  parts: CapacityParts,
  wish: CapacityWish,
  onStep: (step: string) => void,
): Promise<CapacityRun> {
  const got: Measurements = { points: [], rates: [], latencies: [], backfills: [] };
  let cutShort: string | undefined;
  try {
    for (const [place, nodes] of wish.nodes.entries()) {
      onStep(`growing to ${nodes} nodes`);
      await grow(parts, 'quality', nodes);
      if (place === 0) await measureLatency(parts, { wish, got, onStep });
      await measureAt(nodes, parts, { wish, got, onStep });
    }
  } catch (error) {
    cutShort = parts.signal.aborted ? 'it was interrupted' : failureOf(error).message;
  }
  const { points, rates, backfills, latencies } = got;
  const { findings, judged } = parts.bench;
  const startLatency = spreadOf(latencies);
  return {
    points,
    rates,
    startLatency,
    backfills: spedUp(backfills),
    findings,
    judged,
    ...(cutShort === undefined ? {} : { cutShort }),
  };
}

type Measuring = {
  readonly wish: CapacityWish;
  readonly got: Measurements;
  readonly onStep: (step: string) => void;
};

async function measureAt(
  nodes: number,
  parts: CapacityParts,
  { wish, got, onStep }: Measuring,
): Promise<void> {
  const { bench, signal } = parts;
  for (const jobs of wish.jobs) {
    onStep(`${nodes} nodes: ${jobs} jobs at once`);
    const batch = await bench.submit({ jobs, tasks: 1, busyMs: 0 });
    await bench.untilEnded(batch, signal);
    const point = capacityPoint(nodes, (await bench.history(batch)).jobs);
    if (point === undefined) throw new FailureError(failure('INTERNAL', 'a job that ended has no end'));
    got.points.push(point);
  }
  onStep(`${nodes} nodes: ${wish.tasks} tasks`);
  const watch = new ProcessorWatch(parts);
  await watch.begin();
  const batch = await bench.submit({
    jobs: jobsOfRate,
    tasks: Math.ceil(wish.tasks / jobsOfRate),
    busyMs: 0,
  });
  await bench.untilEnded(batch, signal);
  const processors = watch.end();
  got.rates.push({ ...taskRate(nodes, (await bench.history(batch)).jobs), processors });
  if (!wish.backfillNodes.includes(nodes)) return;
  onStep(`${nodes} nodes: backfill`);
  await grow(parts, 'ingestion', nodes);
  got.backfills.push({ nodes, speedUp: 1, ...(await timeBackfill(parts, `flights-on-${nodes}`)) });
}

async function measureLatency(parts: CapacityParts, { wish, got, onStep }: Measuring): Promise<void> {
  const { bench, signal } = parts;
  onStep(`${wish.latencyJobs} jobs one after the other`);
  for (let job = 0; job < wish.latencyJobs; job += 1) {
    const batch = await bench.submit({ jobs: 1, tasks: 1, busyMs: 0 });
    await bench.untilEnded(batch, signal);
    got.latencies.push(...startLatencies((await bench.history(batch)).jobs));
  }
}

/** Adds nodes until there are so many, and waits until all of them are members. */
async function grow(parts: CapacityParts, cluster: ClusterName, nodes: number): Promise<void> {
  const present = await nodesNow(parts, cluster);
  const zones = [...new Set(parts.cluster.processes().map(({ zone }) => zone))].toSorted();
  for (let place = present.length; place < nodes; place += 1) {
    const added = await parts.cluster.addNode({ cluster, zone: zones[place % zones.length] ?? '' });
    if (!added.ok) throw new FailureError(added.error);
  }
  const look = async () => {
    const members = await nodesNow(parts, cluster);
    return members.length >= nodes ? members : undefined;
  };
  await poll(parts, `${nodes} nodes are members`, { look });
}

function spedUp(points: readonly BackfillPoint[]): BackfillPoint[] {
  const [first] = points;
  return points.map((point) => ({
    ...point,
    speedUp: first === undefined ? 1 : first.tookMs / point.tookMs,
  }));
}
