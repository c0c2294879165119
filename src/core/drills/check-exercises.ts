import { taskName } from '../../base/ids.ts';
import { exerciseValue } from './exercise-value.ts';
import type { DrillEffect, DrilledJob, DrillHistory, Submission } from './history.ts';
import type { Finding } from './verdict.ts';

/** Judges the jobs without data: each task has exactly one effect, that of its outcome, with the value of its address. */
export function checkExercises(history: DrillHistory): {
  readonly findings: readonly Finding[];
  readonly recovered: number;
} {
  const jobs = new Map(history.jobs.filter(isExercise).map((job) => [job.id, job]));
  const submissions = history.submissions.filter(({ kind }) => kind === 'exercise');
  const effects = Map.groupBy(history.effects, ({ job, name }) => `${job}/${name}`);
  const findings = [
    ...submissions.filter(({ answered }) => answered).flatMap((one) => lostJob(one, jobs)),
    ...unknownJobs(jobs, submissions),
    ...[...jobs.values()].flatMap((job) => checkJob(job, effects)),
    ...strayEffects(jobs, history.effects),
  ];
  const recovered = submissions.filter(
    ({ job, answered }) => !answered && job !== undefined && jobs.has(job),
  ).length;
  return { findings, recovered };
}

type Exercise = DrilledJob & { readonly spec: Extract<DrilledJob['spec'], { kind: 'exercise' }> };

function isExercise(job: DrilledJob): job is Exercise {
  return job.spec.kind === 'exercise';
}

function lostJob({ job }: Submission, jobs: ReadonlyMap<string, Exercise>): Finding[] {
  if (job !== undefined && jobs.has(job)) return [];
  return [{ kind: 'lost', what: `the exercise ${job ?? 'without an id'} was taken and is not there` }];
}

function unknownJobs(jobs: ReadonlyMap<string, Exercise>, submissions: readonly Submission[]): Finding[] {
  const asked = new Set<string | undefined>(submissions.map(({ job }) => job));
  return [...jobs.keys()]
    .filter((job) => !asked.has(job))
    .map((job) => ({ kind: 'unexpected', what: `nobody asked for the exercise ${job}` }));
}

function checkJob(job: Exercise, effects: ReadonlyMap<string, readonly DrillEffect[]>): Finding[] {
  if (job.state === 'open') return [{ kind: 'stuck', what: `the exercise ${job.id} has not ended` }];
  const ended: Finding[] =
    job.state === 'succeeded' ? [] : [{ kind: 'failed', what: `the exercise ${job.id} ${job.state}` }];
  const names = Array.from({ length: job.spec.tasks }, (_, number) => taskName(`exercise/${number}`));
  const tasks = names.flatMap((name) => checkTask(job, name, effects.get(`${job.id}/${name}`) ?? []));
  return [...ended, ...tasks];
}

function checkTask(
  job: Exercise,
  name: DrillEffect['name'],
  effects: readonly DrillEffect[],
): readonly Finding[] {
  const address = `${job.id}/${name}`;
  const outcome = job.tasks.find((task) => task.name === name);
  if (outcome === undefined) return [{ kind: 'lost', what: `the task ${address} has no outcome` }];
  const [effect, second] = effects;
  if (outcome.status !== 'done') {
    return [
      { kind: 'failed', what: `the task ${address} ended as ${outcome.status}` },
      ...(effect === undefined ? [] : [wrong(address, 'has an effect all the same')]),
    ];
  }
  if (effect === undefined) return [{ kind: 'lost', what: `the task ${address} is done without an effect` }];
  const findings: Finding[] = [];
  if (second !== undefined) {
    const nodes = effects.map(({ node, attempt, epoch }) => `${node} (attempt ${attempt}, epoch ${epoch})`);
    findings.push({
      kind: 'double_commit',
      what: `the task ${address} was committed by ${nodes.join(' and ')}`,
    });
  }
  const value = exerciseValue(job.id, name);
  if (effects.some((one) => one.value !== value)) findings.push(wrong(address, `has not the value ${value}`));
  if (!effects.some(({ node, attempt }) => node === outcome.node && attempt === outcome.attempts)) {
    findings.push(wrong(address, 'has the effect of another attempt than its outcome'));
  }
  return findings;
}

function wrong(address: string, what: string): Finding {
  return { kind: 'wrong', what: `the task ${address} ${what}` };
}

function strayEffects(jobs: ReadonlyMap<string, Exercise>, effects: readonly DrillEffect[]): Finding[] {
  return effects
    .filter(({ job, name }) => {
      const number = Number(/^exercise\/(\d+)$/.exec(name)?.[1]);
      return !(number < (jobs.get(job)?.spec.tasks ?? 0));
    })
    .map(({ job, name }) => ({ kind: 'unexpected', what: `nobody asked for the effect of ${job}/${name}` }));
}
