import { type RawBuilder, sql } from 'kysely';
import type { Outcome } from '../../../base/outcome.ts';
import type { Batch, RevisionRef } from '../../../core/datasets/revision.ts';
import type { IngestCommit } from '../../../ports/revision-store.ts';
import { encodeJson } from '../json.ts';
import { chunksOf, jsonRows } from '../json-rows.ts';
import { claimed, claimTask, openTask, settled, superseded } from '../task-fence.ts';
import { type Connection, refuse, transactOutcome, type Work } from '../transact.ts';
import { enqueueJobs, insertionOf } from './enqueue-jobs.ts';

/**
 * Commits an ingest: the next revision with its batches and its follow-up job, or, when the content is that of the newest
 * revision, only the fingerprint. The partition's row is locked, so that two ingests of it get different numbers.
 */
export function commitIngest(
  db: Connection,
  ingest: IngestCommit,
): Promise<Outcome<{ readonly enqueued: boolean }>> {
  return settled(db, ingest.commit, { run: () => commitOnce(db, ingest), whenOurs: { enqueued: true } });
}

function commitOnce(db: Connection, ingest: IngestCommit): Promise<Outcome<{ readonly enqueued: boolean }>> {
  const { commit, revision } = ingest;
  const { dataset, partition } = revision;
  return transactOutcome(db, async (trx) => {
    const newest = await lockPartition(trx, ingest);
    if (newest.contentHash !== revision.contentHash) {
      await insertRevision(trx, ingest, { dataset, partition, number: newest.number + 1 });
      return { enqueued: true };
    }
    const { revision: _, ...output } = commit.output;
    const known = { dataset, partition, number: newest.number };
    await claimTask(trx, commit, ingest.recheck === true ? { ...output, revision: known } : output);
    await noteFingerprint(trx, ingest, newest.number);
    if (!newest.wasRefused && ingest.recheck !== true) return { enqueued: false };
    // The content before the refused one is back: its verdict must be given anew, for an incident may be open.
    if (newest.wasRefused) await endRefusal(trx, ingest);
    await replaceBatches(trx, revision.batches, known);
    await enqueueJobs(trx, [ingest.followUp(known)]);
    return { enqueued: true };
  });
}

type Newest = { readonly number: number; readonly contentHash: string | null; readonly wasRefused: boolean };

/** The newest revision of the partition, number 0 when it has none yet; refuses when the task is superseded. */
async function lockPartition(trx: Work, { commit, revision }: IngestCommit): Promise<Newest> {
  const { dataset, partition } = revision;
  // An update that changes nothing, because it makes the row if need be, locks it, and returns it, all in one.
  const { rows } = await sql<{ newest: number; content_hash: string | null; refused: string | null }>`
    with ${openTask(commit.fence)}
    insert into partition (dataset, key, newest) select ${dataset}, ${partition}, 0 from open_task
    on conflict (dataset, key) do update set newest = partition.newest
    returning newest, content_hash, refused`.execute(trx);
  const [row] = rows;
  if (row === undefined) return refuse(superseded(commit.fence));
  return { number: row.newest, contentHash: row.content_hash, wasRefused: row.refused !== null };
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

/** Equal content in files that were just written: a file from before may be what is wrong with it. */
async function replaceBatches(trx: Work, batches: readonly Batch[], reference: RevisionRef): Promise<void> {
  const { dataset, partition, number } = reference;
  await trx
    .deleteFrom('batch')
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .where('revision', '=', number)
    .execute();
  for (const chunk of chunksOf(batches, batchesPerStatement))
    await insertionOfBatches(chunk, reference).execute(trx);
}

/** In one statement as a rule: its parts see none of each other's writes, and none of them needs to. */
async function insertRevision(trx: Work, ingest: IngestCommit, reference: RevisionRef): Promise<void> {
  const { commit, revision } = ingest;
  const { dataset, partition, number } = reference;
  const [batches = [], ...more] = chunksOf(revision.batches, batchesPerStatement);
  const { rows } = await sql`
    with ${claimed(commit, { ...commit.output, revision: reference })},
    revised as (
      insert into revision
        (dataset, partition, number, fingerprint, content_hash, schema, row_count, rejected, rejected_count, size_bytes,
          modified_at, ingested_at, batch_count)
      values (${dataset}, ${partition}, ${number}, ${revision.fingerprint}, ${revision.contentHash},
        ${encodeJson(revision.schema)}, ${revision.rowCount}, ${encodeJson(revision.rejected)},
        ${revision.rejected.count}, ${revision.sizeBytes}, ${revision.modifiedAt ?? null}, ${revision.ingestedAt},
        ${revision.batches.length})
    ),
    moved as (
      update partition set newest = ${number}, content_hash = ${revision.contentHash}, refused = null
      where dataset = ${dataset} and key = ${partition}
    ),
    stored as (${insertionOfBatches(batches, reference)}),
    enqueued as (${insertionOf([ingest.followUp(reference)])})
    select job from claimed`.execute(trx);
  if (rows.length === 0) refuse(superseded(commit.fence));
  for (const chunk of more) await insertionOfBatches(chunk, reference).execute(trx);
}

const batchesPerStatement = 1_000;

function insertionOfBatches(batches: readonly Batch[], reference: RevisionRef): RawBuilder<unknown> {
  const { dataset, partition, number } = reference;
  return sql`
    insert into batch (dataset, partition, revision, position, location, row_count, size_bytes, checksum)
    select ${dataset}, ${partition}, ${number}::integer, index, location, "rowCount", "sizeBytes", checksum
    from json_to_recordset(${jsonRows(batches)}) as row (
      index integer, location text, "rowCount" bigint, "sizeBytes" bigint, checksum text
    )`;
}
