import { failure } from '../../base/errors.ts';
import { type DatasetName, type JobId, jobId, type PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { type Job, jobCluster, newJob } from '../../core/jobs/job.ts';
import { sourcePart } from '../../core/jobs/task-source.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { JobStore } from '../../ports/job-store.ts';
import type { Kit } from '../kit.ts';
import { traceForJob } from '../tracing/current-work.ts';
import { type BackfillFrame, checkFrame } from './backfill-frame.ts';

export type BackfillRequest = {
  readonly dataset: DatasetName;
  /** Inclusive partition keys. Without either, the frame of the definition; without that one, everything. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Partitions that are worked on at once. */
  readonly concurrency?: number | undefined;
  /** Unchanged partitions too: what a definition newly asks for is measured of them. */
  readonly force?: boolean | undefined;
};

export type ScanRequest = {
  readonly dataset: DatasetName;
  /** Only these partitions; by default all. */
  readonly only?: readonly PartitionKey[] | undefined;
  /** Unchanged partitions too. With `only`, this is the retry of a partition. */
  readonly force?: boolean | undefined;
};

type Parts = { readonly datasets: DatasetStore; readonly jobs: JobStore };

/** Turns what people ask for into jobs of the queue, and refuses what would overflow or contradict it. */
export class IngestionRequests {
  readonly #kit: Kit;
  readonly #parts: Parts;
  /** The last backfill request of each dataset that is still being answered: one at a time. */
  readonly #tails = new Map<DatasetName, Promise<unknown>>();

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /**
   * Enqueues a backfill and the job that learns from it, in one group. Errors: `DATASET_NOT_FOUND`, `REQUEST_INVALID`
   * (frame, concurrency), `QUEUE_FULL`, `ACTION_NOT_ALLOWED` (the dataset has an open backfill).
   */
  async backfill(request: BackfillRequest): Promise<Outcome<Job>> {
    // Two clicks on one button must not give two backfills: requests of a dataset are answered one after the other.
    const before = this.#tails.get(request.dataset) ?? Promise.resolve();
    const answer = before.then(() => this.#backfillAlone(request));
    const tail = answer.catch(() => undefined);
    this.#tails.set(request.dataset, tail);
    try {
      return await answer;
    } finally {
      if (this.#tails.get(request.dataset) === tail) this.#tails.delete(request.dataset);
    }
  }

  /** Enqueues a scan: looks for new and changed partitions. Errors: `DATASET_NOT_FOUND`, `QUEUE_FULL`. */
  async scan(request: ScanRequest): Promise<Outcome<Job>> {
    const { dataset, only, force } = request;
    const registered = await this.#parts.datasets.get(dataset);
    if (registered === undefined) return fail(unknownDataset(dataset));
    const room = await this.#room(dataset, ['scan']);
    if (!room.ok) return room;
    const job = this.#job(dataset, {
      spec: {
        kind: 'scan',
        ...(only === undefined || only.length === 0 ? {} : { only: [...new Set(only)] }),
        ...(force === true ? { force } : {}),
        ...sourcePart(registered.definition),
      },
    });
    await this.#enqueue([job]);
    return succeed(job);
  }

  async #backfillAlone(request: BackfillRequest): Promise<Outcome<Job>> {
    const { dataset } = request;
    const registered = await this.#parts.datasets.get(dataset);
    if (registered === undefined) return fail(unknownDataset(dataset));
    const frame = checkFrame(registered.definition, request);
    if (!frame.ok) return frame;
    const concurrency = checkConcurrency(request.concurrency ?? limits.backfillConcurrencyDefault);
    if (!concurrency.ok) return concurrency;
    const open = await this.#openBackfill(dataset);
    if (open !== undefined) return fail(backfillOpen(dataset, open));
    const room = await this.#room(dataset, ['backfill', 'learn']);
    if (!room.ok) return room;
    const force = request.force === true;
    return this.#begin(dataset, {
      frame: frame.value,
      concurrency: concurrency.value,
      force,
      definition: registered.definition,
    });
  }

  async #begin(
    dataset: DatasetName,
    wish: { frame: BackfillFrame; concurrency: number; force: boolean; definition: DatasetDefinition },
  ): Promise<Outcome<Job>> {
    const group = jobId(this.#kit.random.id());
    const traceId = traceForJob(this.#kit.random);
    const { frame, concurrency, force } = wish;
    const backfill = this.#job(dataset, {
      id: group,
      group,
      traceId,
      spec: {
        kind: 'backfill',
        ...frame,
        concurrency,
        ...(force ? { force } : {}),
        ...sourcePart(wish.definition),
      },
    });
    const learn = this.#job(dataset, { group, traceId, spec: { kind: 'learn', ...frame } });
    await this.#enqueue([backfill, learn]);
    // Another API process may have looked and enqueued at the same moment. Whoever now sees another open backfill
    // gives way: in the worst case both do, and never both stay.
    const rival = await this.#openBackfill(dataset, group);
    if (rival === undefined) return succeed(backfill);
    await this.#parts.jobs.control(learn.id, 'cancel');
    await this.#parts.jobs.control(backfill.id, 'cancel');
    return fail(backfillOpen(dataset, rival));
  }

  async #openBackfill(dataset: DatasetName, except?: JobId): Promise<JobId | undefined> {
    for (const kind of ['backfill', 'learn'] as const) {
      const records = await this.#parts.jobs.list({ dataset, kind, open: true, limit: limits.pageSizeMax });
      for (const { job } of records) {
        const backfill = job.group ?? job.id;
        if (backfill !== except && job.control !== 'cancel') return backfill;
      }
    }
    return undefined;
  }

  /** Back-pressure: each cluster holds a bounded number of open jobs of one dataset. */
  async #room(
    dataset: DatasetName,
    kinds: readonly ('scan' | 'backfill' | 'learn')[],
  ): Promise<Outcome<void>> {
    for (const cluster of new Set(kinds.map((kind) => jobCluster[kind]))) {
      const depth = await this.#parts.jobs.depth(cluster);
      const open = depth.byDataset.get(dataset) ?? 0;
      if (open < limits.openJobsPerDatasetMax) continue;
      return fail(
        failure(
          'QUEUE_FULL',
          `${dataset} has ${open} open ${cluster} jobs; the limit is ${limits.openJobsPerDatasetMax}`,
          {
            hint: 'wait until some have ended (`assay jobs`), or cancel its backfill',
          },
        ),
      );
    }
    return succeed(undefined);
  }

  #job(dataset: DatasetName, what: { spec: Job['spec']; id?: JobId; group?: JobId; traceId?: string }): Job {
    const { random, clock } = this.#kit;
    const id = what.id ?? jobId(random.id());
    return newJob({ traceId: traceForJob(random), ...what, id, dataset, createdAt: clock.now() });
  }

  async #enqueue(jobs: readonly Job[]): Promise<void> {
    await this.#parts.jobs.enqueue(jobs);
    for (const job of jobs) {
      this.#kit.telemetry.count('assay_jobs_enqueued_total', { kind: job.spec.kind });
      const { id, dataset, spec, traceId } = job;
      this.#kit.log.info('enqueued a job', { job: id, dataset, kind: spec.kind, traceId });
    }
  }
}

function checkConcurrency(concurrency: number): Outcome<number> {
  const max = limits.backfillConcurrencyMax;
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= max) return succeed(concurrency);
  return fail(
    failure('REQUEST_INVALID', `concurrency is ${concurrency}; it must be a whole number from 1 to ${max}`, {
      where: 'concurrency',
    }),
  );
}

function unknownDataset(dataset: DatasetName): ReturnType<typeof failure> {
  return failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`, {
    hint: 'see `assay datasets`, or register it with `assay apply -f FILE`',
  });
}

function backfillOpen(dataset: DatasetName, backfill: JobId): ReturnType<typeof failure> {
  return failure('ACTION_NOT_ALLOWED', `${dataset} has the open backfill ${backfill}`, {
    hint: `watch it with \`assay backfill status ${dataset}\`, or end it with \`assay backfill cancel ${dataset}\``,
  });
}
