import { mkdir, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Batch } from '../../core/datasets/revision.ts';
import type { BatchStore, LocalBatch, Staging, StoreRequest } from '../../ports/batch-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StagedBatch } from '../../ports/engine.ts';
import type { Random } from '../../ports/random.ts';
import { batchLocation, isLocation, stagingName } from './batch-location.ts';
import { checksumOf, fsyncPath, moveWithoutOverwriting, sizeOf } from './durable-file.ts';
import { errnoOf, isGone, storeFailure } from './store-failure.ts';
import { sweepBatches, sweepStaging } from './sweep.ts';

export type DirectoryBatchStoreOptions = {
  /** An absolute path on a file system that keeps what was synced. Created when absent. */
  readonly root: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether opening a batch compares its checksum too, which reads all of it; by default only the size. */
  readonly verify?: boolean;
};

/**
 * Batches as files `<root>/<dataset>/<partition>/<attempt>/<index>.parquet`; what is on its way in lies in
 * `<root>/.staging`. A file is synced before it gets its name and its directories after, so that a stored batch survives
 * a power cut; no name is ever given twice. Processes of several machines may share a root whose file system keeps what
 * `docs/operations.md` asks of it. Expected errors: `BATCH_STORE_FULL`, `BATCH_STORE_FAILED`.
 */
export function createDirectoryBatchStore(options: DirectoryBatchStoreOptions): BatchStore {
  const { root, clock } = options;
  return {
    stage: () => stage(options),
    store: (request) => store(root, request),
    open: (batch) => open(options, batch),
    remove: (batches) => throwing(root, () => removeAll(root, batches)),
    sweep: ({ dataset, kept, olderThanMs }) =>
      throwing(root, async () => {
        const before = clock.now() - olderThanMs;
        await sweepStaging(join(root, stagingName), before);
        return await sweepBatches({ root, dataset, kept, before });
      }),
  };
}

async function stage({ root, random }: DirectoryBatchStoreOptions): Promise<Staging> {
  const directory = join(root, stagingName, random.id());
  await throwing(directory, async () => {
    await mkdir(dirname(directory), { recursive: true });
    // Fails when it exists: two ingests must never share one.
    await mkdir(directory, { mode: 0o700 });
  });
  return {
    directory,
    // What can not be removed now is swept later; the work that is done stays done.
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }).catch(() => {}),
  };
}

async function store(root: string, request: StoreRequest): Promise<Outcome<readonly Batch[]>> {
  const batches: Batch[] = [];
  try {
    for (const [index, staged] of request.batches.entries()) {
      const location = batchLocation({ ...request.revision, attempt: request.attempt, index });
      const problem = await storeOne(staged, join(root, location));
      if (problem !== undefined) return fail(problem);
      const { rowCount, sizeBytes, checksum } = staged;
      batches.push({ index, location, rowCount, sizeBytes, checksum });
    }
    if (batches[0] !== undefined) await fsyncDirectories(root, batches[0].location);
    return succeed(batches);
  } catch (error) {
    return fail(storeFailure(root, error));
  }
}

/** A file that stands under the name already is that of an interrupted call for the same attempt, if it is equal. */
async function storeOne(staged: StagedBatch, target: string): Promise<Failure | undefined> {
  const stagedBytes = await sizeOf(staged.path);
  if (stagedBytes === undefined || (await sizeOf(target)) !== undefined) {
    return await differenceOf(target, { ...staged, verify: true });
  }
  if (stagedBytes !== staged.sizeBytes) return corrupt(staged.path, `${stagedBytes} bytes`, staged);
  await fsyncPath(staged.path);
  const moved = await moveIntoNewDirectory(staged.path, target);
  return moved ? undefined : await differenceOf(target, { ...staged, verify: true });
}

const directoryTriesMax = 5;

/** A sweep may remove a directory that is still empty: it is made again. */
async function moveIntoNewDirectory(from: string, to: string): Promise<boolean> {
  for (let left = directoryTriesMax; ; left--) {
    await mkdir(dirname(to), { recursive: true });
    try {
      return await moveWithoutOverwriting(from, to);
    } catch (error) {
      if (!isGone(error) || left <= 1) throw error;
    }
  }
}

/** Syncs every directory from the batch's up to the root: any of them may be new, also through another process. */
async function fsyncDirectories(root: string, location: string): Promise<void> {
  for (let directory = dirname(location); directory !== '.'; directory = dirname(directory)) {
    await fsyncPath(join(root, directory));
  }
  await fsyncPath(root);
}

async function open(options: DirectoryBatchStoreOptions, batch: Batch): Promise<Outcome<LocalBatch>> {
  if (!isLocation(batch.location)) return fail(missing(batch.location));
  const path = join(options.root, batch.location);
  try {
    const expected = { ...batch, verify: options.verify ?? false };
    let problem = await differenceOf(path, expected);
    if (problem !== undefined && (await refreshed(dirname(path))))
      problem = await differenceOf(path, expected);
    if (problem !== undefined) return fail(problem);
    return succeed({ path, [Symbol.asyncDispose]: () => Promise.resolve() });
  } catch (error) {
    return fail(storeFailure(path, error));
  }
}

/**
 * Asks the file system for the directory anew: one of several machines may answer for a while from what it remembers of
 * it. False when there is none.
 */
async function refreshed(directory: string): Promise<boolean> {
  try {
    await readdir(directory);
    return true;
  } catch {
    return false;
  }
}

type Expected = { readonly sizeBytes: number; readonly checksum: string; readonly verify: boolean };

async function differenceOf(path: string, expected: Expected): Promise<Failure | undefined> {
  const sizeBytes = await sizeOf(path);
  if (sizeBytes === undefined) return missing(path);
  if (sizeBytes !== expected.sizeBytes) return corrupt(path, `${sizeBytes} bytes`, expected);
  if (expected.verify && (await checksumOf(path)) !== expected.checksum) {
    return corrupt(path, 'other bytes', expected);
  }
  return undefined;
}

function missing(path: string): Failure {
  const hint = 'Restore the directory from a backup, or scan the partition again with --force';
  return failure('BATCH_MISSING', `The batch ${path} does not exist`, { hint, where: path });
}

function corrupt(path: string, found: string, expected: { sizeBytes: number; checksum: string }): Failure {
  const hint = 'Check the disk, then scan the partition again with --force';
  const written = `${expected.sizeBytes} bytes of checksum ${expected.checksum.slice(0, 12)}`;
  return failure('BATCH_CORRUPT', `The batch ${path} holds ${found} where ${written} were written`, {
    hint,
    where: path,
  });
}

async function removeAll(root: string, batches: readonly Batch[]): Promise<void> {
  const directories = new Set<string>();
  for (const { location } of batches.filter((batch) => isLocation(batch.location))) {
    await unlink(join(root, location)).catch(ignoring('ENOENT', 'ESTALE'));
    directories.add(join(root, dirname(location)));
  }
  for (const directory of directories) {
    await rmdir(directory).catch(ignoring(...notMine));
    await rmdir(dirname(directory)).catch(ignoring(...notMine));
  }
}

/** Gone already, or in use by another. */
const notMine = ['ENOENT', 'ESTALE', 'ENOTEMPTY', 'EEXIST'];

function ignoring(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(errnoOf(error) ?? '')) throw error;
  };
}

/** For methods without an outcome: what the file system refuses is thrown as a failure that names it. */
async function throwing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new FailureError(storeFailure(path, error));
  }
}
