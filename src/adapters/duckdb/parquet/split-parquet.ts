import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedBatch } from '../../../ports/engine.ts';
import { footerBytes, type ParquetFooter, type RowGroup } from './footer.ts';
import { HashedBytes } from './hashed-bytes.ts';

const magic = Buffer.from('PAR1');

/** The name of a batch file. */
export function batchFileName(index: number): string {
  return `batch-${String(index).padStart(5, '0')}.parquet`;
}

/**
 * Packs row groups, in order, into as few runs as possible of at most `rowsMax` rows; undefined when one group alone
 * has more.
 */
export function packGroups(groups: readonly RowGroup[], rowsMax: number): RowGroup[][] | undefined {
  const packs: RowGroup[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    if (group.rowCount > rowsMax) return undefined;
    if (rows + group.rowCount > rowsMax) {
      packs.push([]);
      rows = 0;
    }
    packs.at(-1)?.push(group);
    rows += group.rowCount;
  }
  return packs;
}

/**
 * Cuts a Parquet file into one for each pack of its row groups by moving their bytes: nothing is decoded. DuckDB writes
 * one file with row groups in a fixed order in parallel, but several files only in an order that depends on its threads.
 * The last pack is moved first and cut off, so that little more disk is used than the file had; what remains becomes the
 * first part. The file must be open for reading and writing.
 */
export async function splitParquet(
  source: ParquetFile,
  target: { readonly directory: string; readonly packs: readonly (readonly RowGroup[])[] },
  signal: AbortSignal,
): Promise<StagedBatch[]> {
  const batches: StagedBatch[] = [];
  for (const [index, pack] of [...target.packs.entries()].toReversed()) {
    const path = join(target.directory, batchFileName(index));
    if (index === 0) batches.unshift(await keepFirst(source, { path, pack }, signal));
    else {
      batches.unshift(await moveLast(source, { path, pack }, signal));
      await source.handle.truncate(pack[0]?.start ?? 0);
    }
  }
  return batches;
}

export type ParquetFile = {
  readonly path: string;
  readonly handle: FileHandle;
  readonly footer: ParquetFooter;
};

type Part = { readonly path: string; readonly pack: readonly RowGroup[] };

async function keepFirst(source: ParquetFile, part: Part, signal: AbortSignal): Promise<StagedBatch> {
  const { start, end } = extentOf(part.pack);
  const footer = footerBytes(source.footer, part.pack, start);
  await source.handle.truncate(end);
  await source.handle.write(footer, 0, footer.length, end);
  await rename(source.path, part.path);
  return stagedBatch(part.path, rowCountOf(part.pack), signal);
}

async function moveLast(source: ParquetFile, part: Part, signal: AbortSignal): Promise<StagedBatch> {
  await using handle = await open(part.path, 'wx');
  const bytes = new HashedBytes(handle);
  await bytes.add(magic);
  await bytes.addRange({ handle: source.handle, ...extentOf(part.pack) }, signal);
  await bytes.add(footerBytes(source.footer, part.pack, magic.length));
  return batchOf(part.path, rowCountOf(part.pack), bytes);
}

/** A batch file that is complete, with its checksum. */
export async function stagedBatch(path: string, rowCount: number, signal: AbortSignal): Promise<StagedBatch> {
  await using handle = await open(path, 'r');
  const { size } = await handle.stat();
  const bytes = new HashedBytes();
  await bytes.addRange({ handle, start: 0, end: size }, signal);
  return batchOf(path, rowCount, bytes);
}

function batchOf(path: string, rowCount: number, bytes: HashedBytes): StagedBatch {
  return { path, rowCount, sizeBytes: bytes.sizeBytes, checksum: bytes.checksum() };
}

/** The bytes of a run of row groups, which lie one after the other. */
function extentOf(pack: readonly RowGroup[]): { start: number; end: number } {
  return { start: pack[0]?.start ?? magic.length, end: pack.at(-1)?.end ?? magic.length };
}

function rowCountOf(pack: readonly RowGroup[]): number {
  return pack.reduce((sum, group) => sum + group.rowCount, 0);
}
