import { createHash } from 'node:crypto';
import type { SourceFile } from '../../core/datasets/source.ts';

const fingerprintLength = 32;

/**
 * A text that changes when a file is added, taken away or written, or when `reading` does: how the files are read. It is
 * the start of a SHA-256 over the paths, sizes and modification times of the files, which are sorted by path.
 */
export function fingerprintOf(files: readonly SourceFile[], reading: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(reading));
  for (const { path, sizeBytes, modifiedAtMs } of files) {
    hash.update(`\n${JSON.stringify(path)} ${sizeBytes} ${modifiedAtMs}`);
  }
  return hash.digest('hex').slice(0, fingerprintLength);
}
