import type { DrilledJob, DrillHistory, DrillReference } from './history.ts';
import type { Finding } from './verdict.ts';

/**
 * Judges the jobs with data against those of a run without faults. Jobs are named by what they are about, because their
 * ids are chance: a scan by the partitions that it took in, a check by its revision. How often a task was tried, and
 * where, may differ; what it ended with may not.
 */
export function checkWork(
  history: DrillHistory,
  reference: DrillReference,
): { readonly findings: readonly Finding[]; readonly recovered: number } {
  const forgiven = unansweredScans(history);
  const isForgiven = (job: DrilledJob): boolean => {
    const left = forgiven.get(job.dataset) ?? 0;
    if (left === 0 || !isIdleScan(job)) return false;
    forgiven.set(job.dataset, left - 1);
    return true;
  };
  const work = history.jobs.filter((job) => job.kind !== 'exercise' && !isForgiven(job));
  const expected = Map.groupBy(
    reference.jobs.filter((job) => job.kind !== 'exercise'),
    nameOf,
  );
  const found = Map.groupBy(work, nameOf);
  const findings: Finding[] = [];
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    const [wanted, given] = [expected.get(name) ?? [], found.get(name) ?? []];
    findings.push(...wanted.flatMap((job, at) => compare(name, job, given[at])));
    for (const { id } of given.slice(wanted.length)) {
      const kind = wanted.length > 0 ? 'duplicated' : 'unexpected';
      findings.push({ kind, what: `${name} (${id}) is there without a reason` });
    }
  }
  const exercises = history.jobs.filter((job) => job.kind === 'exercise').length;
  const recovered = history.jobs.length - exercises - work.length;
  return { findings, recovered };
}

/** What a job is about, without anything that chance or the clock decided. */
function nameOf(job: DrilledJob): string {
  return [job.dataset, job.kind, ...subjectOf(job)].join(' ');
}

function subjectOf({ spec, tasks }: DrilledJob): readonly string[] {
  switch (spec.kind) {
    case 'check':
    case 'profile':
      return [spec.revision.partition, String(spec.revision.number)];
    case 'report':
      return [spec.partition];
    case 'scan':
      return tasks
        .map(({ name }) => name as string)
        .filter((name) => name.startsWith('ingest/'))
        .toSorted();
    case 'backfill':
    case 'learn':
    case 'exercise':
      return [];
  }
}

function compare(name: string, expected: DrilledJob, found: DrilledJob | undefined): Finding[] {
  if (found === undefined) return [{ kind: 'lost', what: `${name} is missing` }];
  if (found.state === 'open') return [{ kind: 'stuck', what: `${name} (${found.id}) has not ended` }];
  if (found.state !== expected.state) {
    const reasons = found.tasks.flatMap(({ error }) => (error === undefined ? [] : [error.message]));
    return [
      {
        kind: 'failed',
        what: `${name} (${found.id}) ${found.state} instead of ${expected.state}: ${reasons.join('; ')}`,
      },
    ];
  }
  const [wanted, given] = [outcomesOf(expected), outcomesOf(found)];
  if (wanted === given) return [];
  return [{ kind: 'wrong', what: `${name} (${found.id}) ended with ${given} instead of ${wanted}` }];
}

/** The tasks with their ends, by name. */
function outcomesOf({ tasks }: DrilledJob): string {
  const ends = tasks.map(({ name, status, output, error }) => ({ name, status, output, error: error?.code }));
  return JSON.stringify(ends.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
}

/** By dataset, requests for a scan whose answer was lost: whether they were taken, nobody knows. */
function unansweredScans({ submissions }: DrillHistory): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, answered, dataset } of submissions) {
    if (kind === 'scan' && !answered) counts.set(dataset, (counts.get(dataset) ?? 0) + 1);
  }
  return counts;
}

/** A scan that made no revision: what it found was known, or another scan took it in at the same time. */
function isIdleScan({ kind, state, tasks }: DrilledJob): boolean {
  const made = tasks.some(
    ({ output }) => (output as { revision?: unknown } | undefined)?.revision !== undefined,
  );
  return kind === 'scan' && state === 'succeeded' && !made;
}

/** The jobs with data that were taken and are not there, whatever a reference says. */
export function checkSubmissions({ submissions, jobs }: DrillHistory): readonly Finding[] {
  const known = new Set<string>(jobs.map(({ id }) => id));
  return submissions
    .filter(
      ({ kind, answered, job }) => kind !== 'exercise' && answered && job !== undefined && !known.has(job),
    )
    .map(({ kind, dataset, job }) => ({
      kind: 'lost',
      what: `the ${kind} ${job ?? ''} of ${dataset} was taken and is not there`,
    }));
}
