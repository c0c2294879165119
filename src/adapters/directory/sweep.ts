import type { Dirent } from 'node:fs';
import { lstat, opendir, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetName } from '../../base/ids.ts';
import { errnoOf, isGone } from './store-failure.ts';

export type SweepRequest = {
  readonly root: string;
  readonly dataset: DatasetName;
  readonly kept: ReadonlySet<string>;
  /** Epoch milliseconds; what got its name or was changed at or after it stays. */
  readonly before: number;
};

/** Removes old files of a dataset that are not kept, then directories left empty; returns how many files. */
export async function sweepBatches(request: SweepRequest): Promise<number> {
  return await sweepDirectory(request, request.dataset);
}

async function sweepDirectory(request: SweepRequest, location: string): Promise<number> {
  const directory = join(request.root, location);
  let removed = 0;
  for await (const entry of entriesOf(directory)) {
    const inner = `${location}/${entry.name}`;
    if (entry.isDirectory()) removed += await sweepDirectory(request, inner);
    else if (!request.kept.has(inner) && (await removeOld(join(directory, entry.name), request.before)))
      removed++;
  }
  // Also a directory without any file waits its time: an ingest may be about to move its first batch there.
  if ((await touchedAt(directory)) < request.before) await rmdir(directory).catch(() => {});
  return removed;
}

async function removeOld(path: string, before: number): Promise<boolean> {
  if ((await touchedAt(path)) >= before) return false;
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Removes staging directories in which nothing was written since `before`: those of processes that died. */
export async function sweepStaging(staging: string, before: number): Promise<void> {
  for await (const entry of entriesOf(staging)) {
    const directory = join(staging, entry.name);
    if ((await newestIn(directory)) < before) await rm(directory, { recursive: true, force: true });
  }
}

async function newestIn(path: string): Promise<number> {
  let newest = await touchedAt(path);
  for await (const entry of entriesOf(path)) {
    newest = Math.max(newest, await touchedAt(join(path, entry.name)));
  }
  return newest;
}

/** When a file was last written, renamed or linked, epoch milliseconds; never, when it is gone meanwhile. */
async function touchedAt(path: string): Promise<number> {
  try {
    const { ctimeMs, mtimeMs } = await lstat(path);
    return Math.max(ctimeMs, mtimeMs);
  } catch (error) {
    if (isGone(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** The entries of a directory, read a few at a time; none when it does not exist. */
async function* entriesOf(directory: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(directory);
  } catch (error) {
    if (!isGone(error) && errnoOf(error) !== 'ENOTDIR') throw error;
  }
}
