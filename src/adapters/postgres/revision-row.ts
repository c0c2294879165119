import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import { instant } from '../../base/units.ts';
import type { Batch, RejectedRows, Revision } from '../../core/datasets/revision.ts';
import type { Schema as ColumnList } from '../../core/datasets/schema.ts';
import { decodeJson } from './json.ts';
import type { BatchTable, RevisionTable } from './schema.ts';

/** A revision of its row, without its batches. */
export function revisionOf(row: RevisionTable): Omit<Revision, 'batches'> {
  return {
    dataset: row.dataset as DatasetName,
    partition: row.partition as PartitionKey,
    number: row.number,
    fingerprint: row.fingerprint,
    contentHash: row.content_hash,
    schema: decodeJson<ColumnList>(row.schema),
    rowCount: row.row_count,
    rejected: decodeJson<RejectedRows>(row.rejected),
    sizeBytes: row.size_bytes,
    ...(row.modified_at === null ? {} : { modifiedAt: instant(row.modified_at) }),
    ingestedAt: instant(row.ingested_at),
  };
}

/** What of a batch's row is not its revision. */
export type BatchRow = Omit<BatchTable, 'dataset' | 'partition' | 'revision'>;

/** A batch of its row. */
export function batchOf(row: BatchRow): Batch {
  return {
    index: row.position,
    location: row.location,
    rowCount: row.row_count,
    sizeBytes: row.size_bytes,
    checksum: row.checksum,
  };
}
