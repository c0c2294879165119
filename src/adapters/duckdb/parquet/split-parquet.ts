import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagedBatch } from '../../../ports/engine.ts';
import { footerBytes, type ParquetFooter, type RowGroup, readAt } from './footer.ts';

const magic = Buffer.from('PAR1');
const copyBytes = 4 * 1024 * 1024;

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
 * Writes a Parquet file for each pack of row groups by copying their bytes: nothing is decoded. DuckDB writes one file
 * with row groups in a fixed order in parallel, but several files only in an order that depends on its threads.
 */
export async function splitParquet(
  source: { readonly handle: FileHandle; readonly footer: ParquetFooter },
  target: { readonly directory: string; readonly packs: readonly (readonly RowGroup[])[] },
  signal: AbortSignal,
): Promise<StagedBatch[]> {
  const batches: StagedBatch[] = [];
  for (const [index, pack] of target.packs.entries()) {
    const path = join(target.directory, batchFileName(index));
    batches.push(await writePart(source, { path, pack }, signal));
  }
  return batches;
}

async function writePart(
  source: { readonly handle: FileHandle; readonly footer: ParquetFooter },
  part: { readonly path: string; readonly pack: readonly RowGroup[] },
  signal: AbortSignal,
): Promise<StagedBatch> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await using handle = await open(part.path, 'wx');
  const append = async (bytes: Buffer): Promise<void> => {
    hash.update(bytes);
    await handle.writeFile(bytes);
    sizeBytes += bytes.length;
  };
  await append(magic);
  for (const group of part.pack) {
    for (let position = group.start; position < group.end; position += copyBytes) {
      signal.throwIfAborted();
      const length = Math.min(copyBytes, group.end - position);
      await append(await readAt(source.handle, { position, length }));
    }
  }
  await append(footerBytes(source.footer, part.pack, magic.length));
  const rowCount = part.pack.reduce((sum, group) => sum + group.rowCount, 0);
  return { path: part.path, rowCount, sizeBytes, checksum: hash.digest('hex') };
}
