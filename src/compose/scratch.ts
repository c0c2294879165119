import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '../adapters/postgres/embedded/directory-lock.ts';
import { FailureError } from '../base/errors.ts';
import type { Closable } from './role.ts';

/**
 * A directory of this process's own for files on their way: emptied at the start below a data directory, which is locked
 * meanwhile, or else a temporary one, which goes with the process. Rejects with `DATA_DIRECTORY_LOCKED` when another
 * process uses the data directory.
 */
export async function openScratch(
  dataDirectory: string | undefined,
): Promise<Closable & { readonly directory: string }> {
  if (dataDirectory === undefined) {
    const directory = await mkdtemp(join(tmpdir(), 'assay-scratch-'));
    return { directory, close: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }) };
  }
  const lock = lockDirectory(dataDirectory);
  if (!lock.ok) throw new FailureError(lock.error);
  const directory = join(dataDirectory, 'scratch');
  await rm(directory, { recursive: true, force: true });
  return { directory, close: async () => lock.value.release() };
}
