import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FailureError, failure } from '../../base/errors.ts';
import type { FilesProviderDefinition } from '../../core/datasets/provider-definition.ts';
import { filePatterns, isGlob, patternOfDirectory } from '../../core/files/file-pattern.ts';
import { hasFormat, unknownFormat } from '../../core/files/format-of-files.ts';
import type { ListedFile } from '../../ports/file-source.ts';
import { accessFailure, isAbsent } from './access-failure.ts';
import { type FoundFile, findFiles } from './find-files.ts';

/** A file of this machine: its name is its path. */
export type LocalFile = ListedFile & { readonly sizeBytes: number; readonly modifiedAtMs: number };

/**
 * Lists the files that a path stands for: one file, a directory with all below it, or a glob. Throws `SOURCE_NOT_FOUND`,
 * `SOURCE_UNREADABLE`, `SOURCE_FORMAT_UNKNOWN`, `SOURCE_LIMIT`; rejects with the signal's reason.
 */
export async function listFiles(
  provider: FilesProviderDefinition,
  signal: AbortSignal,
): Promise<readonly LocalFile[]> {
  const path = resolve(provider.path);
  const { found, isOpen } = await find(path, signal);
  const wanted =
    isOpen && provider.format === undefined ? found.filter((file) => hasFormat(file.path)) : found;
  const files = await statAll(wanted, signal);
  if (files.length === 0) throw await nothingFound(path, found);
  return files;
}

type Found = {
  readonly found: readonly FoundFile[];
  /** Whether files of other formats are just not meant, such as a `README.md` in a directory of data. */
  readonly isOpen: boolean;
};

async function find(path: string, signal: AbortSignal): Promise<Found> {
  // A name may hold characters of globs: what exists is meant as it stands.
  const status = await statusOf(path);
  if (status?.isDirectory()) {
    return { found: await findFiles([patternOfDirectory(path)], signal), isOpen: true };
  }
  if (status !== undefined) return { found: [{ path, texts: [] }], isOpen: false };
  if (!isGlob(path)) return { found: [], isOpen: false };
  const patterns = filePatterns(path);
  return { found: await findFiles(patterns, signal), isOpen: patterns.every((pattern) => pattern.isOpen) };
}

const statsAtOnce = 32;

async function statAll(found: readonly FoundFile[], signal: AbortSignal): Promise<readonly LocalFile[]> {
  const files: LocalFile[] = [];
  for (let at = 0; at < found.length; at += statsAtOnce) {
    signal.throwIfAborted();
    const listed = await Promise.all(found.slice(at, at + statsAtOnce).map(listedFile));
    files.push(...listed.filter((file) => file !== undefined));
  }
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A file that has vanished meanwhile, or is none to read from, is left out. */
async function listedFile({ path, texts }: FoundFile): Promise<LocalFile | undefined> {
  const status = await statusOf(path);
  if (status?.isFile()) return { name: path, sizeBytes: status.size, modifiedAtMs: status.mtimeMs, texts };
  if (status === undefined && path.includes('\uFFFD')) {
    const hint = 'Rename it: its name is not valid UTF-8';
    throw new FailureError(
      failure('SOURCE_UNREADABLE', `The file ${path} can not be opened`, { hint, where: path }),
    );
  }
  return undefined;
}

async function statusOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw accessFailure(path, error);
  }
}

async function nothingFound(path: string, found: readonly FoundFile[]): Promise<FailureError> {
  if (found[0] !== undefined) return unknownFormat(found[0].path);
  const directory = await nearestDirectory(path);
  const message = `No file matches ${path}`;
  const hint =
    directory === path
      ? 'The directory exists, but no file in it has a known format'
      : `The nearest directory that exists is ${directory}`;
  return new FailureError(failure('SOURCE_NOT_FOUND', message, { hint, where: path }));
}

async function nearestDirectory(path: string): Promise<string> {
  for (let directory = path; ; directory = dirname(directory)) {
    const status = await statusOf(directory);
    if (status?.isDirectory() || directory === dirname(directory)) return directory;
  }
}
