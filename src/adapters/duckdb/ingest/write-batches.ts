import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../../base/limits.ts';
import type { StagedBatch } from '../../../ports/engine.ts';
import { readFooter } from '../parquet/footer.ts';
import { batchFileName, packGroups, splitParquet, stagedBatch } from '../parquet/split-parquet.ts';
import { literal } from '../sql.ts';
import type { Session } from '../worker/session.ts';

export type BatchTarget = { readonly directory: string; readonly rowsPerBatch: number };

/** DuckDB ends a row group with the vector that fills it, so that it may hold this many rows more than asked for. */
const vectorRows = 2_048;

/** Rows to write. `isInPieces`: as they come from each thread, they make a row group. */
export type RowsToWrite = { readonly select: string; readonly isInPieces: boolean };

/** Fewer row groups in a batch leave much of the last one to the next batch. */
const groupsPerBatchMin = 4;

/**
 * Writes the rows of `select` as batch files, in their order. The same rows give the same bytes on one thread and in
 * pieces; otherwise several threads may, rarely, end a row group a vector earlier (DuckDB's ordered writer cuts a
 * remainder by when its threads end). Rows are counted from the Parquet footer. No rows make one batch without rows: it
 * has the schema.
 */
export async function writeBatches(
  session: Session,
  { select, isInPieces }: RowsToWrite,
  target: BatchTarget,
): Promise<StagedBatch[]> {
  const path = join(target.directory, 'all.parquet');
  const groupRows = Math.max(vectorRows, Math.min(limits.rowsPerRowGroup, target.rowsPerBatch) - vectorRows);
  try {
    // Asked for groups of no certain size, several threads write what they read. One would write single vectors.
    if (isInPieces && target.rowsPerBatch >= groupsPerBatchMin * limits.rowsPerRowGroup) {
      await session.runTogether(copySql(select, path, 0));
    } else await session.run(copySql(select, path, groupRows));
    return await cut(session, path, target);
  } finally {
    await rm(path, { force: true });
  }
}

async function cut(session: Session, path: string, target: BatchTarget): Promise<StagedBatch[]> {
  await using handle = await open(path, 'r+');
  const footer = await readFooter(handle);
  const rowCount = footer.groups.reduce((sum, group) => sum + group.rowCount, 0);
  if (rowCount <= target.rowsPerBatch) {
    const batch = join(target.directory, batchFileName(0));
    await rename(path, batch);
    return [await stagedBatch(batch, rowCount, session.signal)];
  }
  const packs = packGroups(footer.groups, target.rowsPerBatch);
  if (packs !== undefined) {
    return await splitParquet(
      { path, handle, footer },
      { directory: target.directory, packs },
      session.signal,
    );
  }
  return await slice(session, { path, rowCount }, target);
}

/** For batches smaller than a vector: they are written anew. */
async function slice(
  session: Session,
  source: { readonly path: string; readonly rowCount: number },
  target: BatchTarget,
): Promise<StagedBatch[]> {
  const batches: StagedBatch[] = [];
  for (let from = 0; from < source.rowCount; from += target.rowsPerBatch) {
    const path = join(target.directory, batchFileName(batches.length));
    const rows = Math.min(target.rowsPerBatch, source.rowCount - from);
    const select = `select * from read_parquet(${literal(source.path)}) limit ${rows} offset ${from}`;
    await session.run(copySql(select, path, limits.rowsPerRowGroup));
    batches.push(await stagedBatch(path, rows, session.signal));
  }
  return batches;
}

function copySql(select: string, path: string, groupRows: number): string {
  return `copy (${select}) to ${literal(path)} (format parquet, compression zstd, compression_level 1,
    row_group_size ${groupRows}, write_bloom_filter false)`;
}
