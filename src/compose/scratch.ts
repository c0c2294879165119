import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DirectoryLock, lockDirectory } from '../adapters/postgres/embedded/directory-lock.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { FailureError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Closable } from './role.ts';

/**
 * A directory of this process's own for files on their way: emptied at the start below a data directory, or else a
 * temporary one, which goes with the process. Both are locked meanwhile: rejects with `DATA_DIRECTORY_LOCKED` when another
 * process uses the data directory.
 */
export function openScratch(
  dataDirectory: string | undefined,
): Promise<Closable & { readonly directory: string }> {
  return dataDirectory === undefined ? openTemporary() : openBelow(dataDirectory);
}

async function openBelow(dataDirectory: string): Promise<Closable & { readonly directory: string }> {
  const lock = locked(dataDirectory);
  // Not that of a service in one process, should it be its directory.
  const directory = join(dataDirectory, 'role-scratch');
  await rm(directory, { recursive: true, force: true });
  // Copies of data pass through it.
  await mkdir(directory, { mode: 0o700 });
  return { directory, close: async () => lock.release() };
}

async function openTemporary(): Promise<Closable & { readonly directory: string }> {
  await removeAbandoned();
  const directory = await mkdtemp(join(tmpdir(), prefix));
  const lock = locked(directory);
  const close = async (): Promise<void> => {
    lock.release();
    await remove(directory);
  };
  return { directory, close };
}

const prefix = 'assay-scratch-';

/** Removes what processes left behind that were killed: their locks went with them. */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const directory of names.map((name) => join(tmpdir(), name))) {
    if (!(await isOldAndOwn(directory))) continue;
    const lock = lockDirectory(directory);
    if (!lock.ok) continue;
    lock.value.release();
    await remove(directory).catch(() => undefined);
  }
}

/** A young one may belong to a process that is about to lock it. */
async function isOldAndOwn(directory: string): Promise<boolean> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined || found.uid !== process.getuid?.()) return false;
  return systemClock.now() - found.mtimeMs > limits.scratchYouthMs;
}

function locked(directory: string): DirectoryLock {
  const lock = lockDirectory(directory);
  if (!lock.ok) throw new FailureError(lock.error);
  return lock.value;
}

function remove(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
