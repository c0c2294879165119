import { unreachable } from '../../base/assert.ts';
import type { JobId, TaskName } from '../../base/ids.ts';
import { taskName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { ListedPartition } from '../datasets/source.ts';
import type { Job, JobSpec } from './job.ts';
import type { EvaluateTarget, PlannedTask, TaskKind, TaskOutcome, TaskSpec } from './task.ts';

/** The name of the task that lists an ingestion job's partitions. */
const lookupTask = taskName('lookup');
/** The name of the task that puts queries to a whole revision. */
const queryTask = taskName('query');
/** The name of the task that judges what a quality job measured. */
const evaluateTask = taskName('evaluate');
/** The name of a quality job's last task. */
const notifyTask = taskName('notify');

/**
 * All tasks of a job, in the order of service, each after its predecessors. A pure function of the job and of the
 * outcomes that stand in the database: whoever leads next plans the same. Only the outcome of a lookup adds tasks, so
 * that a plan never shrinks and no task changes its name.
 */
export function planTasks(job: Job, outcomes: readonly TaskOutcome[]): readonly PlannedTask[] {
  const { spec } = job;
  switch (spec.kind) {
    case 'scan':
    case 'backfill':
      return planIngestion(job, outcomes);
    case 'check': {
      const measures = planMeasures(spec);
      const target = { kind: 'revision', revision: spec.revision } as const;
      return [...measures, ...planVerdict(job, target, measures)];
    }
    case 'profile':
      return planMeasures(spec);
    case 'learn':
      return planVerdict(job, { kind: 'frame', backfill: job.group ?? job.id, ...frameOf(spec) }, []);
    case 'report': {
      const { kind: _, ...failed } = spec;
      const verdict = planVerdict(job, { kind: 'failure', ...failed }, []);
      // A backfill tells everything in the one message at its end, however many of its files are broken.
      return job.group === undefined ? verdict : verdict.filter(({ name }) => name !== notifyTask);
    }
    case 'exercise':
      return planExercise(spec);
    default:
      return unreachable(spec);
  }
}

/** Whether this outcome may add tasks to its job's plan. */
function growsPlan(outcome: TaskOutcome): boolean {
  return outcome.name === lookupTask && outcome.output?.kind === 'lookup';
}

function planIngestion(job: Job, outcomes: readonly TaskOutcome[]): PlannedTask[] {
  const lookup = outcomes.find(growsPlan)?.output;
  const changed = lookup?.kind === 'lookup' ? lookup.changed : [];
  return [planned(lookupTask, lookupSpec(job), []), ...planIngests(job, changed)];
}

function lookupSpec(job: Job): TaskSpec {
  const { spec, dataset } = job;
  if (spec.kind !== 'scan' && spec.kind !== 'backfill') return { kind: 'lookup', dataset };
  const force = spec.force === undefined ? {} : { force: spec.force };
  const source = spec.source === undefined ? {} : { source: spec.source };
  if (spec.kind === 'backfill') return { kind: 'lookup', dataset, ...frameOf(spec), ...force, ...source };
  return {
    kind: 'lookup',
    dataset,
    ...(spec.only === undefined ? {} : { only: spec.only }),
    ...force,
    ...source,
  };
}

function planIngests(job: Job, changed: readonly ListedPartition[]): PlannedTask[] {
  const { spec } = job;
  const backfill: { backfill?: JobId } = spec.kind === 'backfill' ? { backfill: job.id } : {};
  const isForced = (spec.kind === 'scan' || spec.kind === 'backfill') && spec.force === true;
  const force = isForced ? { force: true } : {};
  const ofJob = spec.kind === 'scan' || spec.kind === 'backfill' ? spec.source : undefined;
  const source = ofJob === undefined ? {} : { source: ofJob };
  const named = new Map<TaskName, ListedPartition>();
  for (const listed of changed) {
    const name = taskName(`ingest/${listed.key}`);
    // A provider that lists a partition twice must not run it twice: the first entry counts.
    if (!named.has(name)) named.set(name, listed);
  }
  return Array.from(named, ([name, listed]) =>
    planned(name, { kind: 'ingest', dataset: job.dataset, listed, ...backfill, ...force, ...source }, [
      lookupTask,
    ]),
  );
}

/** Everything that is found out about a revision before it is judged. */
function planMeasures({ revision, batches, queries }: Extract<JobSpec, { batches: number }>): PlannedTask[] {
  const measures = Array.from({ length: batches }, (_, batch) =>
    planned(taskName(`measure/${batch}`), { kind: 'measure', revision, batch }, []),
  );
  return queries === true ? [...measures, planned(queryTask, { kind: 'query', revision }, [])] : measures;
}

function planVerdict(job: Job, target: EvaluateTarget, after: readonly PlannedTask[]): PlannedTask[] {
  const { dataset } = job;
  const names = after.map((task) => task.name);
  return [
    planned(evaluateTask, { kind: 'evaluate', dataset, target }, names),
    planned(notifyTask, { kind: 'notify', dataset, target }, [evaluateTask]),
  ];
}

function planExercise({ tasks, busyMs }: Extract<JobSpec, { kind: 'exercise' }>): PlannedTask[] {
  return Array.from({ length: tasks }, (_, number) =>
    planned(taskName(`exercise/${number}`), { kind: 'exercise', number, busyMs }, []),
  );
}

const timeoutMs = {
  lookup: limits.lookupTimeoutMs,
  ingest: limits.ingestTimeoutMs,
  measure: limits.measureTimeoutMs,
  query: limits.queriesTimeoutMs,
  evaluate: limits.evaluateTimeoutMs,
  notify: limits.notifyTimeoutMs,
  exercise: limits.exerciseTimeoutMs,
} as const satisfies Record<TaskKind, number>;

const memoryMb = {
  // A lookup may have to read the partition column of a whole source.
  lookup: limits.ingestMemoryMb,
  ingest: limits.ingestMemoryMb,
  measure: limits.measureMemoryMb,
  query: limits.queryMemoryMb,
  evaluate: limits.evaluateMemoryMb,
  notify: limits.smallTaskMemoryMb,
  exercise: limits.exerciseMemoryMb,
} as const satisfies Record<TaskKind, number>;

function planned(name: TaskName, spec: TaskSpec, after: readonly TaskName[]): PlannedTask {
  return { name, spec, after, timeoutMs: timeoutMs[spec.kind], memoryMb: memoryMb[spec.kind] };
}

function frameOf(frame: { readonly from?: string; readonly to?: string }): { from?: string; to?: string } {
  return {
    ...(frame.from === undefined ? {} : { from: frame.from }),
    ...(frame.to === undefined ? {} : { to: frame.to }),
  };
}
