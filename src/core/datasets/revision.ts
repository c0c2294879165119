import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { Schema } from './schema.ts';

/** Names one version of a partition's content. Numbers of a partition start at 1 and only grow. */
export type RevisionRef = {
  readonly dataset: DatasetName;
  readonly partition: PartitionKey;
  readonly number: number;
};

/** One version of a partition's content, complete in Assay's own storage. */
export type Revision = RevisionRef & {
  readonly fingerprint: string;
  /**
   * SHA-256 over the batches' checksums and the number of rejected rows: equal content under a new fingerprint makes no
   * new revision.
   */
  readonly contentHash: string;
  readonly schema: Schema;
  readonly rowCount: number;
  readonly rejected: RejectedRows;
  /** Bytes in the batch store. */
  readonly sizeBytes: number;
  /** When it was published, as far as the provider knows: the newest modification time of its files. */
  readonly modifiedAt?: Instant;
  readonly ingestedAt: Instant;
  readonly batches: readonly Batch[];
};

/** A size-bounded piece of a revision: one Parquet file of about a million rows. */
export type Batch = {
  /** From 0, in the source's order. */
  readonly index: number;
  /** Where the batch store keeps it; its own affair. */
  readonly location: string;
  readonly rowCount: number;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly checksum: string;
};

/** Rows of the source that could not be taken over. */
export type RejectedRows = {
  readonly count: number;
  /** At most 100. */
  readonly samples: readonly RejectedRow[];
};

export type RejectedRow = {
  readonly file: string;
  /** Line or row number in the file, from 1. */
  readonly row?: number;
  readonly column?: string;
  readonly reason: string;
  /** The start of the row's text. */
  readonly text?: string;
};
