import { jobId, nodeId, partitionKey, taskName } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import { exerciseValue } from '../../../src/core/drills/exercise-value.ts';
import type {
  DrillEffect,
  DrilledJob,
  DrilledTask,
  DrillHistory,
  DrillReference,
  Submission,
} from '../../../src/core/drills/history.ts';
import type { JobSpec } from '../../../src/core/jobs/job.ts';
import { datasetOf } from '../../support/names.ts';

const dataset = datasetOf('shop');

/** A drill in which nothing went wrong: an exercise of two tasks, and a scan with its check. */
export function cleanHistory(): DrillHistory & DrillReference {
  const exercise = jobOf('x1', { kind: 'exercise', tasks: 2, busyMs: 5 }, [
    taskOf('exercise/0', { kind: 'exercise', value: 1 }),
    taskOf('exercise/1', { kind: 'exercise', value: 2 }),
  ]);
  const revision = { dataset, partition: partitionKey('part-1'), number: 1 };
  const scan = jobOf('s1', { kind: 'scan' }, [
    taskOf('lookup'),
    taskOf('ingest/part-1', { kind: 'ingest', rowCount: 10, revision }),
  ]);
  const check = jobOf('c1', { kind: 'check', revision, batches: 1 }, [
    taskOf('measure/0', { kind: 'measure', rowCount: 10 }),
    taskOf('evaluate'),
    taskOf('notify'),
  ]);
  return {
    submissions: [submissionOf('exercise', 'x1'), submissionOf('scan', 's1')],
    jobs: [exercise, scan, check],
    effects: [effectOf('x1', 'exercise/0'), effectOf('x1', 'exercise/1')],
    deliveries: [{ at: instant(9), key: 'c1/notify/webhook:0', text: 'shop part-1: fail' }],
    results: [{ key: 'r1', text: '{"value":10}' }],
    incidents: [{ key: 'shop part-1', text: '{"level":"fail"}' }],
    faults: [],
    processes: [],
    counts: [],
  };
}

export function jobOf(id: string, spec: JobSpec, tasks: readonly DrilledTask[]): DrilledJob {
  const times = { createdAt: instant(0), endedAt: instant(10) };
  return { id: jobId(id), dataset, kind: spec.kind, spec, state: 'succeeded', ...times, tasks };
}

export function taskOf(name: string, output?: unknown): DrilledTask {
  return {
    name: taskName(name),
    status: 'done',
    attempts: 1,
    node: nodeId('n1'),
    startedAt: instant(1),
    endedAt: instant(2),
    ...(output === undefined ? {} : { output }),
  };
}

export function submissionOf(kind: Submission['kind'], job?: string, answered = true): Submission {
  return { at: instant(0), dataset, kind, answered, ...(job === undefined ? {} : { job: jobId(job) }) };
}

export function effectOf(job: string, name: string): DrillEffect {
  const value = exerciseValue(jobId(job), taskName(name));
  const who = { node: nodeId('n1'), attempt: 1, epoch: 7n };
  return { job: jobId(job), name: taskName(name), ...who, at: instant(2), value };
}
