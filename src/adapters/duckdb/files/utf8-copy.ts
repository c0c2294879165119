import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readText, type TextFile } from './text-file.ts';

/**
 * The file itself when DuckDB can read its encoding, or a copy in UTF-8 in `directory`: DuckDB's package has no
 * extension for other encodings. `bytesMax` copies only the start, for a look at it.
 */
export async function inUtf8(
  file: TextFile,
  target: { readonly directory: string; readonly name: string; readonly bytesMax?: number | undefined },
  signal: AbortSignal,
): Promise<TextFile> {
  if (file.encoding === 'utf-8') return file;
  const path = join(target.directory, `${target.name}.utf8`);
  await using handle = await open(path, 'wx');
  let sizeBytes = 0;
  const bytesMax = target.bytesMax ?? Number.POSITIVE_INFINITY;
  await readText(
    file,
    async (chunk) => {
      const kept = chunk.subarray(0, bytesMax - sizeBytes);
      await handle.writeFile(kept);
      sizeBytes += kept.length;
      return sizeBytes < bytesMax;
    },
    signal,
  );
  return { path, sizeBytes, compression: 'none', encoding: 'utf-8' };
}
