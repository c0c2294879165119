import { FailureError, failure } from '../../base/errors.ts';

/** The code of a system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : undefined;
}

/** Whether a system error says that there is no such file: also when a part of its path is no directory, or a loop. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '');
}

/** What a system error means for a source. */
export function accessFailure(path: string, error: unknown): FailureError {
  const code = errnoOf(error);
  const isDenied = code === 'EACCES' || code === 'EPERM';
  const message = isDenied ? `Assay may not read ${path}` : `${path} can not be read`;
  const hint = isDenied ? 'Give the user that Assay runs as the right to read it' : undefined;
  return new FailureError(failure('SOURCE_UNREADABLE', message, { hint, where: path, cause: error }));
}
