import { createDirectoryBatchStore } from '../adapters/directory/batch-store.ts';
import type { ServerDatabase } from '../adapters/postgres/server/open.ts';
import { limits } from '../base/limits.ts';
import type { BatchPlace } from '../config/role-config.ts';
import type { BatchStore } from '../ports/batch-store.ts';
import type { Kit } from '../services/kit.ts';

/** The store of batches that all nodes of an installation share. To be made once in a process. */
export function createBatches(
  kit: Kit,
  database: ServerDatabase,
  options: { readonly place: BatchPlace; readonly scratchDirectory: string },
): BatchStore {
  const { place, scratchDirectory } = options;
  if (place.kind === 'directory') return createDirectoryBatchStore({ root: place.directory, ...kit });
  return database.batchStore({ scratchDirectory, cacheBytesMax: limits.batchCopiesBytesMax });
}
