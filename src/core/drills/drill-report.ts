import type { Instant } from '../../base/units.ts';
import { checkHistory } from './check-history.ts';
import { checkUpgrade } from './check-upgrade.ts';
import { countByBucket, type Spread, spreadOf } from './figures.ts';
import type { DrillHistory, DrillReference, InjectedFault } from './history.ts';
import { type Recovery, recoveries } from './recovery.ts';
import type { DrillVerdict } from './verdict.ts';

/** What is told of a drill: the verdict, and the figures that its history gives. */
export type DrillReport = {
  readonly drill: 'failure' | 'upgrade';
  readonly passed: boolean;
  /** Why not all of it was done. */
  readonly cutShort?: string;
  readonly about: DrillAbout;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly verdict: DrillVerdict;
  readonly throughput: Throughput;
  readonly latencies: readonly Latency[];
  readonly faults: readonly (InjectedFault & Recovery)[];
  /** Sums of counters over all processes: lower bounds, because a dead process tells nothing. */
  readonly counters: Readonly<Record<string, number>>;
  readonly nodes: readonly NodeWork[];
};

/** How the drill was run, so that it can be run again. */
export type DrillAbout = {
  readonly command: string;
  readonly seed: number;
  readonly version: string;
  /** In words: processor, memory, operating system. */
  readonly machine: string;
  /** In words: how many processes of which kind, in how many zones. */
  readonly cluster: string;
};

/** Ends in each interval of `bucketMs`, the first beginning at the start of the drill. */
export type Throughput = {
  readonly bucketMs: number;
  readonly tasks: readonly number[];
  readonly jobs: readonly number[];
};

/** Milliseconds. Of a job from being asked for to its end, of a task from the start of its last attempt to its commit. */
export type Latency = { readonly of: 'job' | 'task'; readonly kind: string; readonly spread: Spread };

/** A data node's tasks, with all versions that it had. */
export type NodeWork = {
  readonly name: string;
  readonly versions: readonly string[];
  readonly tasks: number;
};

/** Fine enough to see what a fault of a tenth of a second does. */
const bucketMs = 100;

/** What came next within this time belongs to a fault. */
const horizonMs = 5_000;

type JudgedDrill = {
  readonly drill: DrillReport['drill'];
  readonly about: DrillAbout;
  readonly run: {
    readonly history: DrillHistory;
    readonly startedAt: Instant;
    readonly endedAt: Instant;
    readonly cutShort?: string;
    /** Cut short by somebody's wish. */
    readonly interrupted: boolean;
  };
  readonly reference: DrillReference;
};

/** Judges a drill and counts what its history tells. An upgrade may spend no attempt of any task. */
export function drillReport(of: JudgedDrill): DrillReport {
  const { drill, about, run } = of;
  const { history, startedAt, endedAt, cutShort } = run;
  const verdict = judged(of);
  const tasks = history.jobs.flatMap((job) => job.tasks);
  const ends = tasks.map((task) => task.endedAt);
  const told = recoveries(history.faults, ends, horizonMs);
  return {
    drill,
    passed: verdict.passed,
    ...(cutShort === undefined ? {} : { cutShort }),
    about,
    startedAt,
    endedAt,
    verdict,
    throughput: throughputOf(history, { from: startedAt, to: endedAt }),
    latencies: latenciesOf(history),
    faults: history.faults.map((fault, at) => ({
      ...fault,
      ...told[at],
      number: fault.number,
      longestPauseMs: told[at]?.longestPauseMs ?? 0,
    })),
    counters: countersOf(history),
    nodes: nodesOf(history),
  };
}

function judged({ drill, run, reference }: JudgedDrill): DrillVerdict {
  const { history, cutShort, interrupted } = run;
  const retries = drill === 'upgrade' ? { retriesMax: 0 } : {};
  const verdict = checkHistory(history, reference, { ...retries, cutShort: cutShort !== undefined });
  // Who interrupts it does so in the middle of something.
  if (interrupted) return { ...verdict, findings: verdict.findings.filter(({ kind }) => kind !== 'stuck') };
  if (drill !== 'upgrade' || cutShort !== undefined) return verdict;
  const findings = [...verdict.findings, ...checkUpgrade(history)];
  return { ...verdict, findings, passed: verdict.passed && findings.length === 0 };
}

function throughputOf(
  { jobs }: DrillHistory,
  frame: { readonly from: Instant; readonly to: Instant },
): Throughput {
  const jobEnds = jobs.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [endedAt]));
  const taskEnds = jobs.flatMap(({ tasks }) => tasks.map(({ endedAt }) => endedAt));
  const count = (times: readonly Instant[]) => countByBucket(times, { ...frame, bucketMs });
  return { bucketMs, tasks: count(taskEnds), jobs: count(jobEnds) };
}

function latenciesOf({ jobs }: DrillHistory): Latency[] {
  const ofJobs = jobs.flatMap(({ kind, createdAt, endedAt }) =>
    endedAt === undefined ? [] : [{ kind, tookMs: endedAt - createdAt }],
  );
  const ofTasks = jobs.flatMap(({ tasks }) =>
    tasks.map(({ name, startedAt, endedAt }) => ({
      kind: name.split('/')[0] ?? name,
      tookMs: endedAt - startedAt,
    })),
  );
  return [...spreads('job', ofJobs), ...spreads('task', ofTasks)];
}

function spreads(of: Latency['of'], measured: readonly { kind: string; tookMs: number }[]): Latency[] {
  return [...Map.groupBy(measured, ({ kind }) => kind)]
    .map(([kind, each]): Latency => ({ of, kind, spread: spreadOf(each.map(({ tookMs }) => tookMs)) }))
    .toSorted((a, b) => b.spread.count - a.spread.count);
}

function countersOf({ counts }: DrillHistory): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, by } of counts) sums[name] = (sums[name] ?? 0) + by;
  return sums;
}

function nodesOf({ processes, jobs }: DrillHistory): NodeWork[] {
  const tasks = jobs.flatMap((job) => job.tasks);
  const nodes = processes.filter(({ role }) => role === 'node');
  return [...Map.groupBy(nodes, ({ name }) => name)]
    .map(([name, changes]) => ({
      name,
      versions: [...new Set(changes.flatMap(({ version }) => version ?? []))],
      tasks: tasks.filter(({ node }) => node?.startsWith(`${name}-`) === true).length,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
