import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, FailureError } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Batch } from '../../core/datasets/revision.ts';
import type { BatchStore, LocalBatch, Staging, StoreRequest } from '../../ports/batch-store.ts';
import type { StagedBatch } from '../../ports/engine.ts';
import type { LocalCopies } from '../../ports/local-copies.ts';
import type { Random } from '../../ports/random.ts';
import type { NewBatch, SeenBytes, StoredBatches } from '../../ports/stored-batches.ts';
import { batchFailure, corrupt, missing } from './batch-failure.ts';
import { createLocalCopies } from './local-copies.ts';

export type RemoteBatchStoreOptions = {
  readonly stored: StoredBatches;
  /** On a local disk and this process's own: what an earlier process left of batches in it is removed at first use. */
  readonly scratchDirectory: string;
  /** Bytes of local copies above which those that nobody uses are removed. */
  readonly cacheBytesMax: number;
  readonly random: Random;
};

/**
 * Batches elsewhere, for clusters whose machines share no file system, with local copies that are kept for a while. A
 * batch is stored whole and never changed; its size and checksum are compared on the way in and on the way out. Expected
 * errors: those of the place, and of the scratch directory `BATCH_STORE_FULL`, `BATCH_STORE_FAILED`.
 */
export function createRemoteBatchStore(options: RemoteBatchStoreOptions): BatchStore {
  const { stored, scratchDirectory } = options;
  const folders = {
    copies: join(scratchDirectory, 'batch-copies'),
    staging: join(scratchDirectory, 'batch-staging'),
  };
  const copies = createLocalCopies({ directory: folders.copies, bytesMax: options.cacheBytesMax });
  const prepared = once(() => emptyAll(Object.values(folders)));
  const removeAll = async (locations: readonly string[]): Promise<number> => {
    await copies.forget(locations);
    return await stored.remove(locations);
  };
  return {
    stage: async () => {
      await prepared();
      return await stage(join(folders.staging, options.random.id()));
    },
    store: (request) => store(stored, request),
    open: (batch) => openCopy(batch, { stored, copies, prepared }),
    remove: async (batches) => void (await removeAll(batches.map(({ location }) => location))),
    sweep: async ({ dataset, kept, olderThanMs }) => {
      await prepared();
      const old = await stored.olderThan(dataset, olderThanMs);
      return await removeAll(old.filter((location) => !kept.has(location)));
    },
  };
}

/** What a process that was killed left behind goes before anything new comes. */
async function emptyAll(directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    await throwing(directory, async () => {
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true, mode: 0o700 });
    });
  }
}

async function stage(directory: string): Promise<Staging> {
  // With what is above it, which somebody may have tidied up.
  await throwing(directory, () => mkdir(directory, { recursive: true, mode: 0o700 }));
  return {
    directory,
    // What can not be removed now is removed at the next start; the work that is done stays done.
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }).catch(() => {}),
  };
}

async function store(stored: StoredBatches, request: StoreRequest): Promise<Outcome<readonly Batch[]>> {
  const batches: Batch[] = [];
  for (const [index, staged] of request.batches.entries()) {
    const { rowCount, sizeBytes, checksum } = staged;
    const location = locationOf(request, index);
    const { dataset } = request.revision;
    try {
      const problem = await storeOne(stored, staged, { location, dataset, sizeBytes, checksum });
      if (problem !== undefined) return fail(problem);
    } catch (error) {
      return fail(batchFailure(staged.path, error));
    }
    batches.push({ index, location, rowCount, sizeBytes, checksum });
  }
  return succeed(batches);
}

/** `flights/<hash of partition and attempt>/0`: no text of theirs can make two of them equal, or one too long. */
function locationOf({ revision, attempt }: StoreRequest, index: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([revision.partition, attempt]))
    .digest('hex');
  return `${revision.dataset}/${hash.slice(0, 40)}/${index}`;
}

/** What stands under the location already is of an interrupted call for the same attempt, if it is equal. */
async function storeOne(
  stored: StoredBatches,
  { path }: StagedBatch,
  batch: NewBatch,
): Promise<Failure | undefined> {
  const check = (seen: SeenBytes): void => {
    const difference = differenceOf(path, seen, batch);
    if (difference !== undefined) throw new FailureError(difference);
  };
  const isStaged = await stat(path).then(
    () => true,
    () => false,
  );
  if (isStaged && (await stored.insert(batch, path, check))) return undefined;
  const standing = await stored.find(batch.location);
  return standing === undefined ? missing(path) : differenceOf(batch.location, standing, batch);
}

function differenceOf(place: string, found: SeenBytes, expected: SeenBytes): Failure | undefined {
  if (found.sizeBytes !== expected.sizeBytes) return corrupt(place, `${found.sizeBytes} bytes`, expected);
  if (found.checksum !== expected.checksum) return corrupt(place, 'other bytes', expected);
  return undefined;
}

type Places = {
  readonly stored: StoredBatches;
  readonly copies: LocalCopies;
  readonly prepared: () => Promise<void>;
};

async function openCopy(batch: Batch, { stored, copies, prepared }: Places): Promise<Outcome<LocalBatch>> {
  const { location, sizeBytes } = batch;
  const fetch = async (path: string): Promise<Outcome<void>> => {
    try {
      const seen = await stored.copy(location, path);
      const problem = seen === undefined ? missing(location) : differenceOf(location, seen, batch);
      return problem === undefined ? succeed(undefined) : fail(problem);
    } catch (error) {
      return fail(batchFailure(path, error));
    }
  };
  try {
    await prepared();
    return await copies.open({ key: location, fileName: 'batch.parquet', sizeBytes, fetch });
  } catch (error) {
    return fail(batchFailure(location, error));
  }
}

/** Does it when it is first asked for; after a failure, which all hear who asked meanwhile, when it is asked again. */
function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

/** For methods without an outcome: what the file system refuses is thrown as a failure that names it. */
async function throwing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new FailureError(batchFailure(path, error));
  }
}
