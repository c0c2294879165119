import { type Failure, failure } from '../../base/errors.ts';
import { type DatasetName, type JobId, type PartitionKey, partitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { ResultStatus } from '../../core/checks/result.ts';
import type { Job } from '../../core/jobs/job.ts';
import type { TaskOutcome } from '../../core/jobs/task.ts';
import type { JobRecord, JobStore } from '../../ports/job-store.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';

/** How far a scan is, up to the verdicts on what it found. Times are milliseconds since 1970. */
export type ScanView = {
  readonly id: JobId;
  readonly dataset: DatasetName;
  /** `checking`: everything is ingested, quality jobs are at work. `failed`: a task failed for good. */
  readonly state: 'scanning' | 'checking' | 'succeeded' | 'failed' | 'cancelled';
  readonly createdAt: Instant;
  readonly endedAt?: Instant;
  /** Partitions that are new or changed; undefined until the lookup is done. */
  readonly changed?: number;
  readonly unchanged?: number;
  /** What was ingested so far, in the order of keys. */
  readonly partitions: readonly ScannedPartition[];
  /** Of the lookup, when it failed. */
  readonly failure?: Failure;
};

export type ScannedPartition = {
  readonly partition: PartitionKey;
  /** Absent when the content turned out to be unchanged, or could not be ingested. */
  readonly revision?: number;
  readonly rowCount?: number;
  readonly rejectedCount?: number;
  /** The worst status of its results, once they are there. */
  readonly status?: ResultStatus;
  readonly failure?: Failure;
};

type Parts = { readonly jobs: JobStore; readonly revisions: RevisionStore };

/** Scans as people deal with them: the ingestion job together with the checks that follow from it. */
export class Scans {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** How far a scan is: `JOB_NOT_FOUND`. */
  async get(id: JobId): Promise<Outcome<ScanView>> {
    const record = await this.#parts.jobs.get(id);
    if (record === undefined || record.job.spec.kind !== 'scan') {
      return fail(
        failure('JOB_NOT_FOUND', `there is no scan ${id}`, { hint: 'see `assay jobs --kind scan`' }),
      );
    }
    const lookup = record.tasks.find((task) => task.name === 'lookup');
    const found = lookup?.output?.kind === 'lookup' ? lookup.output : undefined;
    const partitions = await this.#judged(record.job.dataset, ingested(record));
    const checking = record.end !== undefined && (await this.#isChecking(record.job.dataset, partitions));
    return succeed({
      id,
      dataset: record.job.dataset,
      state: stateOf(record, checking),
      createdAt: record.job.createdAt,
      ...(record.end === undefined ? {} : { endedAt: record.end.endedAt }),
      ...(found === undefined ? {} : { changed: found.changed.length, unchanged: found.unchanged }),
      partitions,
      ...(lookup?.error === undefined ? {} : { failure: lookup.error }),
    });
  }

  /** Adds the verdicts: those of this revision or of a newer one that took its place. */
  async #judged(dataset: DatasetName, partitions: readonly ScannedPartition[]): Promise<ScannedPartition[]> {
    if (partitions.length === 0) return [];
    const summaries = await this.#parts.revisions.partitions({ dataset, limit: limits.pageSizeMax });
    const known = new Map(summaries.map((summary) => [summary.partition, summary]));
    return partitions.map((one) => {
      const status = known.get(one.partition)?.status;
      return one.revision === undefined || status === undefined ? one : { ...one, status };
    });
  }

  /** The commit of an ingest enqueues its check in the same transaction: an ended scan has no check that is yet to come. */
  async #isChecking(dataset: DatasetName, partitions: readonly ScannedPartition[]): Promise<boolean> {
    const mine = new Set<string>(partitions.map((one) => one.partition));
    for (const kind of ['check', 'report'] as const) {
      const open = await this.#parts.jobs.list({
        dataset,
        kind,
        open: true,
        limit: limits.openJobsPerDatasetMax,
      });
      if (open.some(({ job }) => mine.has(partitionOf(job) ?? ''))) return true;
    }
    return false;
  }
}

function partitionOf({ spec }: Job): PartitionKey | undefined {
  if (spec.kind === 'check') return spec.revision.partition;
  return spec.kind === 'report' ? spec.partition : undefined;
}

function ingested(record: JobRecord): ScannedPartition[] {
  return record.tasks
    .filter((task) => task.name.startsWith(ingestPrefix))
    .map(scannedPartition)
    .toSorted((a, b) => (a.partition < b.partition ? -1 : 1));
}

const ingestPrefix = 'ingest/';

function scannedPartition(task: TaskOutcome): ScannedPartition {
  const partition = partitionKey(task.name.slice(ingestPrefix.length));
  if (task.output?.kind !== 'ingest') {
    return { partition, ...(task.error === undefined ? {} : { failure: task.error }) };
  }
  const { revision, rowCount, rejectedCount } = task.output;
  return {
    partition,
    rowCount,
    rejectedCount,
    ...(revision === undefined ? {} : { revision: revision.number }),
  };
}

function stateOf(record: JobRecord, checking: boolean): ScanView['state'] {
  if (record.end === undefined) return 'scanning';
  if (record.end.status === 'cancelled') return 'cancelled';
  return checking ? 'checking' : record.end.status;
}
