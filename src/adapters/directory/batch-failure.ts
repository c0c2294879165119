import { type Failure, FailureError, failure } from '../../base/errors.ts';
import type { SeenBytes } from '../../ports/stored-batches.ts';

/** What an error below a store of batches elsewhere means: failures of that place as they are, all else by what the system says. */
export function batchFailure(path: string, error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return failure('BATCH_STORE_FULL', `No space is left for local copies of batches in ${path}`, {
      hint: 'Free or add space; the work is tried again',
      where: path,
      cause: error,
    });
  }
  return failure('BATCH_STORE_FAILED', 'The batch store failed', { where: path, cause: error });
}

/** There is no such batch. */
export function missing(location: string): Failure {
  const hint = 'Restore what holds the batches from a backup, or scan the partition again with --force';
  return failure('BATCH_MISSING', `The batch ${location} does not exist`, { hint, where: location });
}

/** A batch holds other bytes than were written. */
export function corrupt(location: string, found: string, expected: SeenBytes): Failure {
  const hint = 'Check the disks, then scan the partition again with --force';
  const written = `${expected.sizeBytes} bytes of checksum ${expected.checksum.slice(0, 12)}`;
  return failure('BATCH_CORRUPT', `The batch ${location} holds ${found} where ${written} were written`, {
    hint,
    where: location,
  });
}
