import { type Failure, failure } from '../../base/errors.ts';

/** The code of a system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether there is no such file any more; a file system of several machines says so of a directory that another removed. */
export function isGone(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESTALE';
}

/** What a system error below `path` means for the batch store. */
export function storeFailure(path: string, error: unknown): Failure {
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return failure('BATCH_STORE_FULL', `No space is left for batches in ${path}`, {
        hint: 'Free or add space; the work is tried again',
        where: path,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failure('BATCH_STORE_FAILED', `Assay has no right to use the batch store in ${path}`, {
        hint: 'Give the user that Assay runs as the right to read and write the data directory',
        where: path,
        cause: error,
      });
    default:
      return failure('BATCH_STORE_FAILED', `The batch store in ${path} failed`, {
        where: path,
        cause: error,
      });
  }
}
