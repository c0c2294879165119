import { sql } from 'kysely';
import type { Outcome } from '../../../base/outcome.ts';
import type { RevisionRef } from '../../../core/datasets/revision.ts';
import type { IngestCommit } from '../../../ports/revision-store.ts';
import { encodeJson } from '../json.ts';
import { chunksOf, jsonRows } from '../json-rows.ts';
import { claimTask, lockOpenTask } from '../task-fence.ts';
import { type Connection, transactOutcome, type Work } from '../transact.ts';
import { enqueueJobs } from './enqueue-jobs.ts';

/**
 * Commits an ingest: the next revision with its batches and its follow-up job, or, when the content is that of the newest
 * revision, only the fingerprint. The partition's row is locked, so that two ingests of it get different numbers.
 */
export function commitIngest(
  db: Connection,
  ingest: IngestCommit,
): Promise<Outcome<{ readonly enqueued: boolean }>> {
  const { commit, revision } = ingest;
  const { dataset, partition } = revision;
  return transactOutcome(db, async (trx) => {
    await lockOpenTask(trx, commit.fence);
    const newest = await lockPartition(trx, ingest);
    if (newest.contentHash === revision.contentHash) {
      const { revision: _, ...output } = commit.output;
      await claimTask(trx, commit, output);
      await noteFingerprint(trx, ingest, newest.number);
      if (!newest.wasRefused) return { enqueued: false };
      // The content before the refused one is back: its verdict must be given anew, for an incident may be open.
      await endRefusal(trx, ingest);
      await enqueueJobs(trx, [ingest.followUp({ dataset, partition, number: newest.number })]);
      return { enqueued: true };
    }
    const reference = { dataset, partition, number: newest.number + 1 };
    await claimTask(trx, commit, { ...commit.output, revision: reference });
    await insertRevision(trx, ingest, reference.number);
    await insertBatches(trx, ingest, reference);
    await enqueueJobs(trx, [ingest.followUp(reference)]);
    return { enqueued: true };
  });
}

/** The newest revision of the partition; number 0 when it has none yet. */
async function lockPartition(
  trx: Work,
  { revision }: IngestCommit,
): Promise<{ readonly number: number; readonly contentHash: string | null; readonly wasRefused: boolean }> {
  const { dataset, partition } = revision;
  // An update that changes nothing, because it makes the row if need be, locks it, and returns it, all in one.
  const { rows } = await sql<{ newest: number; refused: string | null }>`
    insert into partition (dataset, key, newest) values (${dataset}, ${partition}, 0)
    on conflict (dataset, key) do update set newest = partition.newest
    returning newest, refused`.execute(trx);
  const number = rows[0]?.newest ?? 0;
  const row = await trx
    .selectFrom('revision')
    .select('content_hash')
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .where('number', '=', number)
    .executeTakeFirst();
  const wasRefused = typeof rows[0]?.refused === 'string';
  return { number, contentHash: row?.content_hash ?? null, wasRefused };
}

async function noteFingerprint(trx: Work, { revision }: IngestCommit, number: number): Promise<void> {
  await trx
    .updateTable('revision')
    .set({ fingerprint: revision.fingerprint })
    .where('dataset', '=', revision.dataset)
    .where('partition', '=', revision.partition)
    .where('number', '=', number)
    .execute();
}

async function endRefusal(trx: Work, { revision }: IngestCommit): Promise<void> {
  await trx
    .updateTable('partition')
    .set({ refused: null })
    .where('dataset', '=', revision.dataset)
    .where('key', '=', revision.partition)
    .execute();
}

async function insertRevision(trx: Work, { revision }: IngestCommit, number: number): Promise<void> {
  await trx
    .insertInto('revision')
    .values({
      dataset: revision.dataset,
      partition: revision.partition,
      number,
      fingerprint: revision.fingerprint,
      content_hash: revision.contentHash,
      schema: encodeJson(revision.schema),
      row_count: revision.rowCount,
      rejected: encodeJson(revision.rejected),
      rejected_count: revision.rejected.count,
      size_bytes: revision.sizeBytes,
      modified_at: revision.modifiedAt ?? null,
      ingested_at: revision.ingestedAt,
      batch_count: revision.batches.length,
    })
    .execute();
  await trx
    .updateTable('partition')
    .set({ newest: number, refused: null })
    .where('dataset', '=', revision.dataset)
    .where('key', '=', revision.partition)
    .execute();
}

async function insertBatches(trx: Work, { revision }: IngestCommit, reference: RevisionRef): Promise<void> {
  const { dataset, partition, number } = reference;
  for (const chunk of chunksOf(revision.batches, 1_000)) {
    await sql`
      insert into batch (dataset, partition, revision, position, location, row_count, size_bytes, checksum)
      select ${dataset}, ${partition}, ${number}::integer, index, location, "rowCount", "sizeBytes", checksum
      from json_to_recordset(${jsonRows(chunk)}) as row (
        index integer, location text, "rowCount" bigint, "sizeBytes" bigint, checksum text
      )`.execute(trx);
  }
}
