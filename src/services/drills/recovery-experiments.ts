import { FailureError, failure } from '../../base/errors.ts';
import { taskName } from '../../base/ids.ts';
import {
  epochBefore,
  firstOfOtherLeaderMs,
  longestPauseMs,
  resumedElsewhereMs,
} from '../../core/drills/resumption.ts';
import type { LocalSignal } from '../../ports/local-cluster.ts';
import type { NodeView } from '../cluster/cluster-views.ts';
import type { Batch, BatchHistory } from './exercise-bench.ts';
import { sumOf } from './process-probe.ts';
import { leaderNow, nodesNow, poll, processOf, type RecoveryParts, untilWell } from './recovery-parts.ts';

/** What one repeat of an experiment has shown. */
export type Measured = {
  readonly ms: number;
  /** Commits of a node that came too late and were refused. */
  readonly refused?: number;
};

export type Experiment = {
  readonly name: string;
  /** From what to what the time goes. */
  readonly what: string;
  /** What every repeat must keep, and what is wanted, ms. */
  readonly floorMs: number;
  readonly aimMs: number;
  /** `repeat` from 0: another one of several is hit each time. */
  readonly run: (parts: RecoveryParts, repeat: number) => Promise<Measured>;
};

/** All times that are measured. The floors are promises; the aims are what a fast cluster reaches. */
export const experiments: readonly Experiment[] = [
  {
    name: 'node killed',
    what: 'SIGKILL of a data node → all of its tasks run elsewhere',
    floorMs: 5_000,
    aimMs: 2_000,
    run: killNode,
  },
  {
    name: 'node frozen',
    what: 'SIGSTOP of a data node → all of its tasks run elsewhere; its commits after SIGCONT are refused',
    floorMs: 6_000,
    aimMs: 3_500,
    run: freezeNode,
  },
  {
    name: 'leader killed',
    what: 'SIGKILL of the leading manager → the first task that its successor gave away runs',
    floorMs: 5_000,
    aimMs: 2_000,
    run: (parts) => changeLeader(parts, 'SIGKILL'),
  },
  {
    name: 'leader replaced',
    what: 'SIGTERM of the leading manager → the first task that its successor gave away runs',
    floorMs: 5_000,
    aimMs: 300,
    run: (parts) => changeLeader(parts, 'SIGTERM'),
  },
  {
    name: 'ZooKeeper leader killed',
    what: 'SIGKILL of the leading ZooKeeper server → the longest time in which no task began',
    floorMs: 5_000,
    aimMs: 1_500,
    run: killZooKeeperLeader,
  },
  {
    name: 'ZooKeeper wiped',
    what: 'all ZooKeeper servers killed and emptied amid 1,000 jobs → the first task of a new leader runs',
    floorMs: 30_000,
    aimMs: 10_000,
    run: wipeZooKeeper,
  },
];

/** Long enough that no task of a node ends before its node does. */
const heldMs = 2_500;

async function killNode(parts: RecoveryParts, repeat: number): Promise<Measured> {
  const { batch, victim, at } = await strikeNode(parts, repeat, 'SIGKILL');
  await parts.bench.untilEnded(batch, parts.signal);
  return { ms: elsewhere(await parts.bench.history(batch), victim, at) };
}

async function freezeNode(parts: RecoveryParts, repeat: number): Promise<Measured> {
  const { batch, victim, at, refusedBefore } = await strikeNode(parts, repeat, 'SIGSTOP');
  const process = processOf(parts, victim);
  try {
    await parts.bench.untilEnded(batch, parts.signal);
  } finally {
    parts.cluster.signal(process.name, 'SIGCONT');
  }
  const held = heldBy(victim).length;
  const look = async () => {
    const count = (await refusedBy(parts, victim)) - refusedBefore;
    return count >= held ? count : undefined;
  };
  const refused = await poll(parts, 'the late commits are refused', { look });
  // Judged after the late commits: what they had left behind would show.
  return { ms: elsewhere(await parts.bench.history(batch), victim, at), refused };
}

/** One task for each node, then a signal for one node that runs its own. */
async function strikeNode(parts: RecoveryParts, repeat: number, signal: LocalSignal) {
  const nodes = await untilWell(parts);
  const batch = await parts.bench.submit({ jobs: 1, tasks: nodes.length, busyMs: heldMs });
  const look = async () => {
    const running = (await nodesNow(parts)).filter((node) => heldBy(node).length > 0);
    return running[repeat % Math.max(1, running.length)];
  };
  const victim = await poll(parts, 'a node runs a task', { look });
  const refusedBefore = await refusedBy(parts, victim);
  const at = parts.kit.clock.now();
  parts.cluster.signal(processOf(parts, victim).name, signal);
  return { batch, victim, at, refusedBefore };
}

function heldBy({ tasks }: NodeView) {
  return tasks.filter(({ state }) => state === 'running').map(({ task }) => taskName(task));
}

async function refusedBy(parts: RecoveryParts, node: NodeView): Promise<number> {
  const { url } = processOf(parts, node);
  const metrics = url === undefined ? undefined : await parts.read(`${url}/metrics`);
  return sumOf(metrics ?? '', 'assay_commits_superseded_total');
}

function elsewhere(
  { jobs }: BatchHistory,
  victim: NodeView,
  at: ReturnType<RecoveryParts['kit']['clock']['now']>,
) {
  const tasks = jobs.flatMap((job) => job.tasks);
  return seen(
    resumedElsewhereMs(tasks, { node: victim.id, held: heldBy(victim), at }),
    'tasks ran elsewhere',
  );
}

/** More than is done while nobody leads: nodes go on with what waits in front of them. */
const tasksOfOutage = 1_500;

async function changeLeader(parts: RecoveryParts, signal: 'SIGKILL' | 'SIGTERM'): Promise<Measured> {
  await untilWell(parts);
  const batch = await runningBatch(parts);
  const leader = await poll(parts, 'a manager leads', { look: () => leaderNow(parts) });
  const at = parts.kit.clock.now();
  parts.cluster.signal(leader, signal);
  return firstOfOther(parts, batch, at);
}

async function killZooKeeperLeader(parts: RecoveryParts): Promise<Measured> {
  await untilWell(parts);
  const batch = await runningBatch(parts);
  const leader = await poll(parts, 'a ZooKeeper server leads', { look: parts.zooKeeperLeader });
  const at = parts.kit.clock.now();
  parts.cluster.signal(leader, 'SIGKILL');
  await parts.bench.untilEnded(batch, parts.signal);
  const { jobs } = await parts.bench.history(batch);
  const tasks = jobs.flatMap((job) => job.tasks);
  return { ms: seen(longestPauseMs(tasks, at), 'work went on') };
}

async function wipeZooKeeper(parts: RecoveryParts): Promise<Measured> {
  await untilWell(parts);
  const batch = await parts.bench.submit({ jobs: 1_000, tasks: 1, busyMs: 20 });
  await parts.bench.untilEnded(batch, parts.signal, 300);
  const at = parts.kit.clock.now();
  const wiped = await parts.cluster.wipeZooKeeper();
  if (!wiped.ok) throw new FailureError(wiped.error);
  return firstOfOther(parts, batch, at);
}

/** A batch of which some tasks have been done. */
async function runningBatch(parts: RecoveryParts): Promise<Batch> {
  const batch = await parts.bench.submit({ jobs: tasksOfOutage / 5, tasks: 5, busyMs: 20 });
  await parts.bench.untilEnded(batch, parts.signal, 20);
  return batch;
}

async function firstOfOther(
  parts: RecoveryParts,
  batch: Batch,
  at: ReturnType<RecoveryParts['kit']['clock']['now']>,
): Promise<Measured> {
  await parts.bench.untilEnded(batch, parts.signal);
  const { jobs, effects } = await parts.bench.history(batch);
  const epoch = seen(epochBefore(effects, at), 'work went on before');
  const first = firstTaskOfOther({ jobs, effects }, { epoch, at });
  return { ms: seen(first, 'a successor gave tasks away') };
}

/** Tasks of different jobs have the same names: each job is looked at by itself. */
function firstTaskOfOther(
  { jobs, effects }: BatchHistory,
  before: Parameters<typeof firstOfOtherLeaderMs>[1],
) {
  const byJob = Map.groupBy(effects, ({ job }) => job);
  const firsts = jobs.flatMap(
    ({ id, tasks }) => firstOfOtherLeaderMs({ tasks, effects: byJob.get(id) ?? [] }, before) ?? [],
  );
  return firsts.length === 0 ? undefined : Math.min(...firsts);
}

function seen<T>(value: T | undefined, claim: string): T {
  if (value !== undefined) return value;
  throw new FailureError(failure('INTERNAL', `the history does not show that ${claim}`));
}
