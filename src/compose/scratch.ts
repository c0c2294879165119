import { mkdir, mkdtemp, rm } from 'node:fs/promises';
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
  // Not that of a service in one process, should it be its directory.
  const directory = join(dataDirectory, 'role-scratch');
  await rm(directory, { recursive: true, force: true });
  // Copies of data pass through it.
  await mkdir(directory, { mode: 0o700 });
  return { directory, close: async () => lock.value.release() };
}
