import { createHash } from 'node:crypto';
import type { RemoteFile } from '../../core/datasets/source.ts';

const fingerprintLength = 32;

/**
 * A text that changes when a file is added, taken away or written, or when `reading` does: how the files are read. It is
 * the start of a SHA-256 over the names of the files, which are sorted by name, and all that their store says of them.
 */
export function fingerprintOf(files: readonly RemoteFile[], reading: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(reading));
  for (const { name, sizeBytes, modifiedAtMs, tag, version } of files) {
    const marks = [tag, version].filter((mark) => mark !== undefined);
    const told = marks.length === 0 ? '' : ` ${JSON.stringify([tag ?? null, version ?? null])}`;
    hash.update(`\n${JSON.stringify(name)} ${sizeBytes} ${modifiedAtMs}${told}`);
  }
  return hash.digest('hex').slice(0, fingerprintLength);
}
