import { failure, failureOf, isRetryable } from '../../base/errors.ts';
import { type DatasetName, type JobId, jobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
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

  /** One backfill and no second. */
  backfill(dataset: DatasetName): Promise<void> {
    return this.#once(dataset, 'backfill', () => this.#service.startBackfill({ dataset, concurrency: 4 }));
  }

  /** One scan more than before. */
  scan(dataset: DatasetName): Promise<void> {
    return this.#once(dataset, 'scan', () => this.#service.startScan({ dataset }));
  }

  /** After a request without an answer it looks whether there is a job more than those that it knows, before it asks again. */
  async #once(
    dataset: DatasetName,
    kind: 'backfill' | 'scan',
    ask: () => Promise<Outcome<{ readonly id: JobId }>>,
  ): Promise<void> {
    const known = new Set(this.#submissions.map(({ job }) => job));
    const job = await insist(this.#kit.clock, this.#signal, async () => {
      const asked = await ask();
      if (asked.ok) return succeed(asked.value.id);
      // "There is one already" is no refusal of one that this very request may have begun.
      if (!isRetryable(asked.error) && asked.error.code !== 'ACTION_NOT_ALLOWED') return asked;
      this.#note({ dataset, kind, answered: false });
      const listed = await this.#service.jobs({ dataset, kind, limit: limits.pageSizeMax });
      if (!listed.ok) return listed;
      const more = listed.value.jobs.find(({ id }) => !known.has(id));
      return more === undefined ? fail(failure('SERVICE_UNREACHABLE', lostRequest)) : succeed(more.id);
    });
    this.#note({ dataset, kind, answered: true, job });
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

/** It was not taken: it may be asked again. */
const lostRequest = 'the request was lost on its way';
