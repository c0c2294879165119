import type { DatasetName, PartitionKey } from '../base/ids.ts';
import type { Revision, RevisionRef } from '../core/datasets/revision.ts';
import type { Schema } from '../core/datasets/schema.ts';
import type { Job } from '../core/jobs/job.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from './commit.ts';

/** Partitions and their revisions. A revision is visible whole, from the commit of its ingest on, or not at all. */
export interface RevisionStore {
  /** Commits a lookup: its list of changed partitions, and what the provider wants to remember. */
  commitLookup(
    commit: TaskCommit<OutputOf<'lookup'>>,
    remember: { dataset: DatasetName; listing: unknown },
  ): Promise<CommitOutcome>;
  /**
   * Commits an ingest. Content equal to the current revision's makes no new revision, only the fingerprint is noted.
   * (If other content was refused in between, `followUp(newest)` is enqueued, so that its verdict is given anew, and these
   * batches take the place of its own.)
   * Otherwise the next number is given and `followUp(number)` is enqueued, all in one transaction. The output that is
   * stored with the task carries the revision.
   */
  commitIngest(commit: IngestCommit): Promise<CommitOutcome>;
  /**
   * The fingerprint that each partition is known by: that of its newest revision, or of newer content that was refused,
   * which would only be refused again.
   */
  fingerprints(dataset: DatasetName): Promise<ReadonlyMap<PartitionKey, string>>;
  /** One revision with its batches. */
  get(revision: RevisionRef): Promise<Revision | undefined>;
  /** The newest revision of a partition. */
  newest(dataset: DatasetName, partition: PartitionKey): Promise<Revision | undefined>;
  /** The schema of the newest revision of the last partition before `before`, or of the last of all. */
  schemaBefore(
    dataset: DatasetName,
    before?: PartitionKey,
  ): Promise<{ readonly revision: RevisionRef; readonly schema: Schema } | undefined>;
  /** The newest revisions of a frame of partitions (inclusive) whose batches are all measured, in order, without batches. */
  measured(request: {
    readonly dataset: DatasetName;
    readonly from?: string;
    readonly to?: string;
    readonly after?: PartitionKey;
    readonly limit: number;
  }): Promise<readonly Omit<Revision, 'batches'>[]>;
  /** Partitions with a line each for people, newest first. */
  partitions(request: {
    readonly dataset: DatasetName;
    readonly limit: number;
    readonly before?: PartitionKey;
  }): Promise<readonly PartitionSummary[]>;
  /** The last `perDataset` partitions of each of these datasets, newest first; those without any are absent. */
  lastPartitions(request: {
    readonly datasets: readonly DatasetName[];
    readonly perDataset: number;
  }): Promise<ReadonlyMap<DatasetName, readonly PartitionSummary[]>>;
  /** Locations of all batches that any revision of the dataset names. */
  batchLocations(dataset: DatasetName): Promise<ReadonlySet<string>>;
}

export type IngestCommit = {
  readonly commit: TaskCommit<OutputOf<'ingest'>>;
  readonly revision: Omit<Revision, 'number'>;
  readonly followUp: (revision: RevisionRef) => Job;
  /**
   * Somebody wants it to be checked again: content equal to the current revision's enqueues `followUp(newest)` as well,
   * with these batches in the place of its own, and the output that is stored carries that revision.
   */
  readonly recheck?: boolean;
};

export type PartitionSummary = {
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly rowCount: number;
  readonly rejectedCount: number;
  readonly ingestedAt: number;
  /** The worst status of its results; undefined until it is evaluated. */
  readonly status?: 'pass' | 'warn' | 'fail' | 'error' | 'not_evaluated';
};
