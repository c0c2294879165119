import { assert } from '../../base/assert.ts';
import { FailureError, failure } from '../../base/errors.ts';
import { type DatasetName, type JobId, jobId, parseDatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { checkExercises } from '../../core/drills/check-exercises.ts';
import type { DrillEffect, DrilledJob, Submission } from '../../core/drills/history.ts';
import type { Finding } from '../../core/drills/verdict.ts';
import { newJob } from '../../core/jobs/job.ts';
import type { Database } from '../../ports/database.ts';
import type { Kit } from '../kit.ts';

export type BenchWork = {
  readonly jobs: number;
  /** Of each job. */
  readonly tasks: number;
  readonly busyMs: number;
};

/** Jobs that were submitted together, each dataset with as many of them as the others. */
export type Batch = {
  readonly ids: readonly JobId[];
  readonly datasets: readonly DatasetName[];
};

/** What stands of a batch when it has ended. */
export type BatchHistory = { readonly jobs: readonly DrilledJob[]; readonly effects: readonly DrillEffect[] };

/** As many datasets share the work as may have jobs admitted at once without waiting for each other. */
const datasetsPerBatch = 8;

/** Jobs of one statement. */
const jobsPerEnqueue = 500;

/**
 * Puts jobs without data through a cluster and takes down what stands of them. "Ended" means ended in the database: what
 * was reported but not committed does not count.
 */
export class ExerciseBench {
  readonly #kit: Pick<Kit, 'clock' | 'random'>;
  readonly #database: Pick<Database, 'jobs' | 'exercises'>;
  #findings: readonly Finding[] = [];
  #jobs = 0;
  #tasks = 0;

  constructor(kit: Pick<Kit, 'clock' | 'random'>, database: Pick<Database, 'jobs' | 'exercises'>) {
    this.#kit = kit;
    this.#database = database;
  }

  /** Everything that was wrong with the batches whose history was taken so far. */
  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** How much was judged: jobs and tasks of all histories. */
  get judged(): { readonly jobs: number; readonly tasks: number } {
    return { jobs: this.#jobs, tasks: this.#tasks };
  }

  async submit(work: BenchWork): Promise<Batch> {
    // Names of its own: a database may remember earlier drills.
    const batch = this.#kit.random.id();
    const names = Array.from({ length: Math.min(datasetsPerBatch, work.jobs) }, (_, at) =>
      datasetNamed(`drill-${batch}-${at + 1}`),
    );
    const spec = { kind: 'exercise', tasks: work.tasks, busyMs: work.busyMs } as const;
    const jobs = Array.from({ length: work.jobs }, (_, at) => {
      const dataset = names[at % names.length] ?? datasetNamed('drill');
      return newJob({ id: jobId(this.#kit.random.id()), dataset, spec, createdAt: this.#kit.clock.now() });
    });
    for (let at = 0; at < jobs.length; at += jobsPerEnqueue) {
      await this.#database.jobs.enqueue(jobs.slice(at, at + jobsPerEnqueue));
    }
    return { ids: jobs.map(({ id }) => id), datasets: names };
  }

  /** Resolves once so many jobs of a batch have ended. Throws a `FailureError` when none ends any more. */
  async untilEnded(batch: Batch, signal: AbortSignal, wanted = batch.ids.length): Promise<void> {
    const { clock } = this.#kit;
    let [seen, sinceMs] = [-1, clock.monotonicMs()];
    for (;;) {
      signal.throwIfAborted();
      const ended = await this.#ended(batch);
      if (ended >= wanted) return;
      const nowMs = clock.monotonicMs();
      if (ended !== seen) [seen, sinceMs] = [ended, nowMs];
      if (nowMs - sinceMs > limits.drillStuckMs) {
        const message = `${wanted - ended} of ${wanted} jobs did not end`;
        throw new FailureError(failure('INTERNAL', message));
      }
      await clock.sleep(limits.drillHealLookMs, signal);
    }
  }

  /** What stands of a batch; it is judged, too. */
  async history({ ids, datasets }: Batch): Promise<BatchHistory> {
    const records = [];
    for (const dataset of datasets) {
      records.push(...(await this.#database.jobs.list({ dataset, limit: ids.length })));
    }
    const jobs = records.map(({ job, end, tasks }): DrilledJob => {
      const { id, dataset, spec, createdAt } = job;
      const ended = end === undefined ? {} : { endedAt: end.endedAt };
      return { id, dataset, kind: spec.kind, spec, state: end?.status ?? 'open', createdAt, ...ended, tasks };
    });
    const effects = await this.#database.exercises.effects(ids);
    this.#judge(ids, { jobs, effects });
    return { jobs, effects };
  }

  #judge(ids: readonly JobId[], { jobs, effects }: BatchHistory): void {
    const at = this.#kit.clock.now();
    const dataset = datasetNamed('drill');
    const submissions = ids.map(
      (job): Submission => ({ at, dataset, kind: 'exercise', answered: true, job }),
    );
    const nothing = { deliveries: [], results: [], incidents: [], faults: [], processes: [], counts: [] };
    const { findings } = checkExercises({ ...nothing, submissions, jobs, effects });
    this.#findings = [...this.#findings, ...findings];
    this.#jobs += jobs.length;
    this.#tasks += jobs.reduce((sum, job) => sum + job.tasks.length, 0);
  }

  async #ended({ datasets }: Batch): Promise<number> {
    const counts = await this.#database.exercises.jobCounts(datasets);
    return [...counts.values()].reduce((sum, { ended }) => sum + ended, 0);
  }
}

function datasetNamed(name: string): DatasetName {
  const dataset = parseDatasetName(name);
  assert(dataset !== undefined, `${name} is a valid name`);
  return dataset;
}
