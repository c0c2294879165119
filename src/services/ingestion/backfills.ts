import { type Failure, failure } from '../../base/errors.ts';
import type { DatasetName, JobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Job, JobControl } from '../../core/jobs/job.ts';
import type { BackfillProgress, JobPlace, JobRecord, JobStore } from '../../ports/job-store.ts';
import type { Kit } from '../kit.ts';
import { type BackfillRate, backfillRate, type RateReading, rateReading } from './backfill-rate.ts';

/** How far a backfill is, and how fast it goes. Times are milliseconds since 1970. */
export type BackfillView = Omit<BackfillProgress, 'job'> & {
  readonly id: JobId;
  readonly dataset: DatasetName;
  readonly from?: string;
  readonly to?: string;
  readonly concurrency: number;
  readonly rate: BackfillRate;
};

/** Backfills as people deal with them: a group of jobs under one id. */
export class Backfills {
  readonly #kit: Kit;
  readonly #jobs: JobStore;

  constructor(kit: Kit, jobs: JobStore) {
    this.#kit = kit;
    this.#jobs = jobs;
  }

  /** How far it is, with the rate since it began. `BACKFILL_NOT_FOUND`. */
  async get(id: JobId): Promise<Outcome<BackfillView>> {
    const progress = await this.progress(id);
    if (!progress.ok) return progress;
    return succeed(backfillView(progress.value, [rateReading(progress.value, this.#kit.clock.now())]));
  }

  /** How far it is, to be read again and again. `BACKFILL_NOT_FOUND`. */
  async progress(id: JobId): Promise<Outcome<BackfillProgress>> {
    const progress = await this.#jobs.backfillProgress(id);
    if (progress === undefined || progress.job.spec.kind !== 'backfill') return fail(unknownBackfill(id));
    return succeed(progress);
  }

  /** The newest backfills, of one dataset or of all. */
  async list(filter: {
    readonly dataset?: DatasetName;
    /** Only those of these datasets. */
    readonly only?: readonly DatasetName[];
    readonly after?: JobPlace;
    readonly limit: number;
  }): Promise<readonly BackfillView[]> {
    const records = await this.#jobs.list({ ...filter, kind: 'backfill' });
    const views: BackfillView[] = [];
    for (const { job } of records) {
      const view = await this.get(job.id);
      if (view.ok) views.push(view.value);
    }
    return views;
  }

  /**
   * Pauses, resumes or cancels every open job of a backfill. Safe to repeat. `BACKFILL_NOT_FOUND`, or
   * `ACTION_NOT_ALLOWED` when it has ended or is being cancelled.
   */
  async control(id: JobId, control: JobControl): Promise<Outcome<BackfillView>> {
    const record = await this.#jobs.get(id);
    if (record === undefined || record.job.spec.kind !== 'backfill') return fail(unknownBackfill(id));
    const open = await this.#openJobs(record);
    if (open.length === 0) return fail(hasEnded(id));
    if (control !== 'cancel' && open.some((job) => job.control === 'cancel')) {
      return fail(failure('ACTION_NOT_ALLOWED', `the backfill ${id} is being cancelled`));
    }
    // The backfill job first, because it is the one that makes more jobs; the learn job, which is the end, last.
    for (const job of open.toSorted((a, b) => controlOrder(a) - controlOrder(b))) {
      // A job that ended meanwhile needs no control: that refusal is not the caller's affair.
      if (job.control !== control) await this.#jobs.control(job.id, control);
    }
    this.#kit.log.info('controlled a backfill', { job: id, control, jobs: open.length });
    return this.get(id);
  }

  async #openJobs(record: JobRecord): Promise<readonly Job[]> {
    const { dataset, id } = record.job;
    const limit = 2 * limits.openJobsPerDatasetMax;
    const records = await this.#jobs.list({ dataset, group: id, open: true, limit });
    return records.map((one) => one.job).filter((job) => job.id === id || job.group === id);
  }
}

/** The view of a backfill, with the rate that these readings show. */
export function backfillView(progress: BackfillProgress, readings: readonly RateReading[]): BackfillView {
  const { job, ...rest } = progress;
  const { spec } = job;
  const frame = spec.kind === 'backfill' ? spec : { concurrency: 1 };
  return {
    id: job.id,
    dataset: job.dataset,
    ...('from' in frame && frame.from !== undefined ? { from: frame.from } : {}),
    ...('to' in frame && frame.to !== undefined ? { to: frame.to } : {}),
    concurrency: frame.concurrency,
    ...rest,
    rate: backfillRate(progress, readings),
  };
}

/** Whether it will not change any more. */
export function hasBackfillEnded(state: BackfillProgress['state']): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}

function controlOrder(job: Job): number {
  if (job.spec.kind === 'backfill') return 0;
  return job.spec.kind === 'learn' ? 2 : 1;
}

function hasEnded(id: JobId): ReturnType<typeof failure> {
  return failure('ACTION_NOT_ALLOWED', `the backfill ${id} has ended`, {
    hint: 'start another with `assay backfill`',
  });
}

/** What is said of a backfill that there is not, or not for whoever asks. */
export function unknownBackfill(id: JobId): Failure {
  return failure('BACKFILL_NOT_FOUND', `there is no backfill ${id}`, {
    hint: 'see `assay jobs --kind backfill`',
  });
}
