import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ErrorCode, type Failure, FailureError, failure } from '../../../base/errors.ts';
import type { SourceFile } from '../../../core/datasets/source.ts';

/**
 * Verifies that each file is there, readable, a regular file (a FIFO would block for ever) and as it was listed.
 * Throws `FailureError`: `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `SOURCE_CHANGED`.
 */
export async function checkFiles(files: readonly SourceFile[]): Promise<void> {
  for (const file of files) await checkFile(file);
}

async function checkFile(file: SourceFile): Promise<void> {
  try {
    const found = await stat(file.path);
    if (found.isDirectory()) throw unreadable(file.path, 'is a directory, not a file');
    if (!found.isFile()) throw unreadable(file.path, 'is not a regular file');
    const handle = await open(file.path, 'r');
    await handle.close();
    // Listings may have dropped the fraction of the milliseconds.
    const isSameTime = Math.trunc(found.mtimeMs) === Math.trunc(file.modifiedAtMs);
    if (found.size === file.sizeBytes && isSameTime) return;
  } catch (thrown) {
    throw thrown instanceof FailureError ? thrown : new FailureError(fileFailure(file.path, thrown));
  }
  throw new FailureError(
    failure('SOURCE_CHANGED', `${basename(file.path)} is no longer the file that was listed`, {
      where: file.path,
      hint: 'files should be written under another name and renamed when complete; it is read again',
    }),
  );
}

function unreadable(path: string, what: string): FailureError {
  return new FailureError(failure('SOURCE_UNREADABLE', `${basename(path)} ${what}`, { where: path }));
}

/** What a failed system call on a source file means to people. */
export function fileFailure(path: string, thrown: unknown): Failure {
  const [code, message, hint] = meaningOf(errorNumberCode(thrown));
  return failure(code, `${basename(path)} ${message}`, { where: path, hint, cause: thrown });
}

function meaningOf(code: string | undefined): [code: ErrorCode, message: string, hint?: string] {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return ['SOURCE_NOT_FOUND', 'does not exist any more'];
    case 'EACCES':
    case 'EPERM':
      return [
        'SOURCE_UNREADABLE',
        'can not be opened: permission denied',
        'give the user that Assay runs as the right to read it',
      ];
    default:
      return ['SOURCE_UNREADABLE', 'can not be read'];
  }
}

function errorNumberCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}
