import { type RawBuilder, sql } from 'kysely';
import type { DatasetName, PartitionKey } from '../../../base/ids.ts';
import type { Revision, RevisionRef } from '../../../core/datasets/revision.ts';
import type { PartitionSummary } from '../../../ports/revision-store.ts';
import { decodeJson, encodeJson } from '../json.ts';
import { type BatchRow, batchOf, revisionOf } from '../revision-row.ts';
import type { RevisionTable } from '../schema.ts';
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

/** One revision with its batches. */
export function revisionWithBatches(
  db: Connection,
  { dataset, partition, number }: RevisionRef,
): Promise<Revision | undefined> {
  return revisionWhere(
    db,
    sql`revision.dataset = ${dataset} and revision.partition = ${partition} and revision.number = ${number}`,
  );
}

/** The newest revision of a partition with its batches. */
export function newestWithBatches(
  db: Connection,
  dataset: DatasetName,
  partition: PartitionKey,
): Promise<Revision | undefined> {
  const newest = sql`(select newest from partition where dataset = ${dataset} and key = ${partition})`;
  return revisionWhere(
    db,
    sql`revision.dataset = ${dataset} and revision.partition = ${partition} and revision.number = ${newest}`,
  );
}

/** Its batches as one value, because a row for each would repeat the revision with its columns. */
async function revisionWhere(db: Connection, condition: RawBuilder<unknown>): Promise<Revision | undefined> {
  const { rows } = await sql<RevisionTable & { batches: string | null }>`
    select revision.*, (
      select json_agg(
        json_build_object(
          'position', position, 'location', location, 'row_count', batch.row_count,
          'size_bytes', batch.size_bytes, 'checksum', checksum
        ) order by position
      )
      from batch
      where batch.dataset = revision.dataset and batch.partition = revision.partition
        and batch.revision = revision.number
    ) as batches
    from revision where ${condition}`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const batches = decodeJson<BatchRow[]>(row.batches ?? '[]');
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
  return rows.map(summaryOf);
}

/** What is read for a line of a partition. */
export type SummaryRow = {
  readonly key: string;
  readonly number: number;
  readonly row_count: number;
  readonly rejected_count: number;
  readonly ingested_at: number;
  readonly status: string | null;
};

export function summaryOf(row: SummaryRow): PartitionSummary {
  return {
    partition: row.key as PartitionKey,
    revision: row.number,
    rowCount: row.row_count,
    rejectedCount: row.rejected_count,
    ingestedAt: row.ingested_at,
    ...(row.status === null ? {} : { status: row.status as NonNullable<PartitionSummary['status']> }),
  };
}

/** The last partitions of many datasets in one statement: a look into an index for each, not a scan of all. */
export async function lastPartitions(
  db: Connection,
  request: { readonly datasets: readonly DatasetName[]; readonly perDataset: number },
): Promise<ReadonlyMap<DatasetName, readonly PartitionSummary[]>> {
  const { rows } = await sql<SummaryRow & { dataset: string }>`
    select asked.dataset, last.key, revision.number, revision.row_count, revision.rejected_count,
      revision.ingested_at, evaluation.status
    from json_array_elements_text(${encodeJson(request.datasets)}::json) as asked(dataset)
    cross join lateral (
      select key, newest from partition
      where partition.dataset = asked.dataset collate "C"
      order by key desc limit ${request.perDataset}
    ) as last
    join revision on revision.dataset = asked.dataset collate "C"
      and revision.partition = last.key and revision.number = last.newest
    left join evaluation on evaluation.dataset = asked.dataset collate "C"
      and evaluation.partition = last.key and evaluation.revision = last.newest
    order by asked.dataset, last.key desc`.execute(db);
  const found = new Map<DatasetName, PartitionSummary[]>();
  for (const row of rows) {
    const dataset = row.dataset as DatasetName;
    found.set(dataset, [...(found.get(dataset) ?? []), summaryOf(row)]);
  }
  return found;
}
