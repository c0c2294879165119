import type { DatasetName } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Batch, RevisionRef } from '../core/datasets/revision.ts';
import type { StagedBatch } from './engine.ts';

/**
 * Holds the batches of revisions, for any number of processes at once. It knows nothing of revisions being current: a batch counts once the database names
 * it. What the database does not name is garbage of an interrupted ingest, and is swept.
 */
export interface BatchStore {
  /** A fresh private directory for batch files on their way in; disposing it removes what was not stored. */
  stage(): Promise<Staging>;
  /**
   * Takes over staged files so that they survive a power cut. A batch is there whole or not at all. Safe to repeat, also
   * after a failure that left open what became of it; other attempts' batches are never touched.
   */
  store(request: StoreRequest): Promise<Outcome<readonly Batch[]>>;
  /**
   * A local file with the batch's bytes, checked against its size (and against its checksum, where they had to be
   * fetched), for as long as it is not disposed. Opened at the same time by several, it is fetched once.
   */
  open(batch: Batch): Promise<Outcome<LocalBatch>>;
  /** Removes batches for good. Absent ones are no error. */
  remove(batches: readonly Batch[]): Promise<void>;
  /**
   * Removes everything of `dataset` that is older than `olderThanMs` and whose location is not in `kept`; returns how many.
   * Safe when several processes do it at once, of which more than one may count the same batch.
   */
  sweep(request: {
    readonly dataset: DatasetName;
    readonly kept: ReadonlySet<string>;
    readonly olderThanMs: number;
  }): Promise<number>;
}

export interface Staging extends AsyncDisposable {
  readonly directory: string;
}

export type StoreRequest = {
  readonly revision: Omit<RevisionRef, 'number'>;
  /** Unique per attempt, so that a zombie's files and its successor's never share a name. */
  readonly attempt: string;
  readonly batches: readonly StagedBatch[];
};

export interface LocalBatch extends AsyncDisposable {
  readonly path: string;
}
