import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { errnoOf, isGone } from './store-failure.ts';

/** Makes a file's bytes, or a directory's entries, survive a power cut. */
export async function fsyncPath(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

/**
 * Gives a file a new name on the same file system; false when that name is taken, which is left as it is. Renaming would
 * overwrite, so the name is linked; file systems without links are checked and renamed, names being unique per attempt.
 */
export async function moveWithoutOverwriting(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return false;
    if (!withoutLinks.has(code ?? '')) throw error;
    if ((await sizeOf(to)) !== undefined) return false;
    await rename(from, to);
    return true;
  }
  // A file system over a network may have lost its answer, and do it twice.
  await unlink(from).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
  return true;
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** The size of a plain file in bytes; undefined when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const status = await lstat(path);
    return status.isFile() ? status.size : undefined;
  } catch (error) {
    if (isGone(error) || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The SHA-256 of a file's bytes, hexadecimal. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
