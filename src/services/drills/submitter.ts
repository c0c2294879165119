import { failure, failureOf, isRetryable } from '../../base/errors.ts';
import { type DatasetName, type JobId, jobId } from '../../base/ids.ts';
import { fail, succeed } from '../../base/outcome.ts';
import type { Submission } from '../../core/drills/history.ts';
import type { SampleDataset } from '../../core/drills/sample-data.ts';
import { newJob } from '../../core/jobs/job.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { Kit } from '../kit.ts';
import type { DrilledService } from './drilled-service.ts';
import { insist } from './insist.ts';

/**
 * Asks for jobs until they are taken, and writes down what was asked for. A request without an answer may have been taken:
 * it is noted as such, and the checker knows what may follow from it.
 */
export class Submitter {
  readonly #kit: Pick<Kit, 'clock' | 'random'>;
  readonly #service: DrilledService;
  readonly #signal: AbortSignal;
  readonly #submissions: Submission[] = [];

  constructor(kit: Pick<Kit, 'clock' | 'random'>, service: DrilledService, signal: AbortSignal) {
    this.#kit = kit;
    this.#service = service;
    this.#signal = signal;
  }

  get submissions(): readonly Submission[] {
    return this.#submissions;
  }

  async register({ dataset, yaml }: SampleDataset, baseDirectory: string): Promise<void> {
    const body = { yaml, file: `${dataset}.yaml`, baseDirectory };
    await insist(this.#kit.clock, this.#signal, () => this.#service.apply(body));
  }

  /** One backfill and no second: after a request without an answer it looks whether there is one. */
  async backfill(dataset: DatasetName): Promise<void> {
    const { clock } = this.#kit;
    const known = await insist(clock, this.#signal, async () => {
      const begun = await this.#service.startBackfill({ dataset, concurrency: 4 });
      if (begun.ok) return succeed(begun.value.id);
      const isThere = begun.error.code === 'ACTION_NOT_ALLOWED';
      if (!isThere && !isRetryable(begun.error)) return begun;
      this.#note({ dataset, kind: 'backfill', answered: false });
      const listed = await this.#service.jobs({ dataset, kind: 'backfill', limit: 1 });
      if (!listed.ok) return listed;
      const [job] = listed.value.jobs;
      // One that was answered with "there is one" and is not there is on its way.
      return job === undefined
        ? fail(failure('SERVICE_UNREACHABLE', `the backfill of ${dataset} is on its way, if at all`))
        : succeed(job.id);
    });
    this.#note({ dataset, kind: 'backfill', answered: true, job: known });
  }

  async scan(dataset: DatasetName): Promise<void> {
    const scan = await insist(this.#kit.clock, this.#signal, async () => {
      const started = await this.#service.startScan({ dataset });
      if (!started.ok) this.#note({ dataset, kind: 'scan', answered: false });
      return started;
    });
    this.#note({ dataset, kind: 'scan', answered: true, job: scan.id });
  }

  /** Straight into the queue, under ids of its own: asking again asks for the same. */
  async exercise(
    jobs: Pick<JobStore, 'enqueue'>,
    work: { readonly dataset: DatasetName; readonly tasks: number; readonly busyMs: number },
  ): Promise<void> {
    const { clock, random } = this.#kit;
    const { dataset, tasks, busyMs } = work;
    const job: JobId = jobId(random.id());
    const spec = { kind: 'exercise', tasks, busyMs } as const;
    const created = newJob({ id: job, dataset, spec, createdAt: clock.now() });
    try {
      await insist(clock, this.#signal, async () => {
        try {
          return succeed(await jobs.enqueue([created]));
        } catch (error) {
          return fail(failureOf(error));
        }
      });
    } catch (error) {
      this.#note({ dataset, kind: 'exercise', answered: false, job });
      throw error;
    }
    this.#note({ dataset, kind: 'exercise', answered: true, job });
  }

  #note(submission: Omit<Submission, 'at'>): void {
    this.#submissions.push({ at: this.#kit.clock.now(), ...submission });
  }
}
