import type { DatasetName, PartitionKey } from '../../../base/ids.ts';
import type { Revision, RevisionRef } from '../../../core/datasets/revision.ts';
import type { PartitionSummary } from '../../../ports/revision-store.ts';
import { batchOf, revisionOf } from '../revision-row.ts';
import type { Connection } from '../transact.ts';

/** The newest revision of each partition of a dataset, to select from. */
export function newestRevision(db: Connection, dataset: DatasetName) {
  return db
    .selectFrom('partition')
    .innerJoin('revision', (join) =>
      join
        .onRef('revision.dataset', '=', 'partition.dataset')
        .onRef('revision.partition', '=', 'partition.key')
        .onRef('revision.number', '=', 'partition.newest'),
    )
    .where('partition.dataset', '=', dataset);
}

/** One revision with its batches. They never change, so that two statements see the same. */
export async function revisionWithBatches(
  db: Connection,
  { dataset, partition, number }: RevisionRef,
): Promise<Revision | undefined> {
  const row = await db
    .selectFrom('revision')
    .selectAll()
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .where('number', '=', number)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const batches = await db
    .selectFrom('batch')
    .selectAll()
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .where('revision', '=', number)
    .orderBy('position')
    .execute();
  return { ...revisionOf(row), batches: batches.map(batchOf) };
}

/** A line for each partition, newest first. */
export async function partitionSummaries(
  db: Connection,
  request: { readonly dataset: DatasetName; readonly limit: number; readonly before?: PartitionKey },
): Promise<readonly PartitionSummary[]> {
  let query = newestRevision(db, request.dataset)
    .leftJoin('evaluation', (join) =>
      join
        .onRef('evaluation.dataset', '=', 'partition.dataset')
        .onRef('evaluation.partition', '=', 'partition.key')
        .onRef('evaluation.revision', '=', 'partition.newest'),
    )
    .select([
      'partition.key',
      'revision.number',
      'revision.row_count',
      'revision.rejected_count',
      'revision.ingested_at',
      'evaluation.status',
    ]);
  if (request.before !== undefined) query = query.where('partition.key', '<', request.before);
  const rows = await query.orderBy('partition.key', 'desc').limit(request.limit).execute();
  return rows.map((row) => ({
    partition: row.key as PartitionKey,
    revision: row.number,
    rowCount: row.row_count,
    rejectedCount: row.rejected_count,
    ingestedAt: row.ingested_at,
    ...(row.status === null ? {} : { status: row.status as NonNullable<PartitionSummary['status']> }),
  }));
}
