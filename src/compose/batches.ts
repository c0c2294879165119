import { existsSync } from 'node:fs';
import { createDirectoryBatchStore } from '../adapters/directory/batch-store.ts';
import { createRemoteBatchStore } from '../adapters/directory/remote-batch-store.ts';
import type { ServerDatabase } from '../adapters/postgres/server/open.ts';
import { createS3Batches } from '../adapters/s3/s3-batches.ts';
import { FailureError, failure } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { BatchPlace } from '../config/batch-place.ts';
import type { BatchStore } from '../ports/batch-store.ts';
import type { Kit } from '../services/kit.ts';

/** The store of batches that all nodes of an installation share. To be made once in a process. Throws a `FailureError`. */
export function createBatches(
  kit: Kit,
  database: ServerDatabase,
  options: { readonly place: BatchPlace; readonly scratchDirectory: string },
): BatchStore {
  const { place, scratchDirectory } = options;
  if (place.kind === 'directory') {
    mustExist(place.directory);
    return createDirectoryBatchStore({ root: place.directory, ...kit });
  }
  const regionDefault = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  return createRemoteBatchStore({
    ...kit,
    stored:
      place.kind === 's3' ? createS3Batches({ ...kit, ...place, regionDefault }) : database.storedBatches,
    scratchDirectory,
    cacheBytesMax: limits.batchCopiesBytesMax,
  });
}

/** A share that is not mounted is no empty share: what was stored on this machine alone, others would miss. */
function mustExist(directory: string): void {
  if (existsSync(directory)) return;
  throw new FailureError(
    failure('BATCH_STORE_FAILED', `the directory of batches ${directory} does not exist`, {
      hint: 'mount it, as on all machines of the cluster, or make it once',
      where: directory,
    }),
  );
}
