import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { FailureError, failure } from '../../base/errors.ts';
import type { FileFormat, FilesProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { SourceFile } from '../../core/datasets/source.ts';
import { accessFailure, isAbsent } from './access-failure.ts';
import { formatOfName } from './file-format.ts';
import { filePatterns, isGlob, patternOfDirectory } from './file-pattern.ts';
import { type FoundFile, findFiles } from './find-files.ts';

/** The files of a dataset that exist now, by path. All are of one format. */
export type FileListing = { readonly format: FileFormat; readonly files: readonly ListedFile[] };

export type ListedFile = SourceFile & {
  /** What the wildcards of the path stand for; empty when it has none. */
  readonly texts: readonly string[];
};

/**
 * Lists the files that a path stands for: one file, a directory with all below it, or a glob. Throws `SOURCE_NOT_FOUND`,
 * `SOURCE_UNREADABLE`, `SOURCE_FORMAT_UNKNOWN`, `SOURCE_LIMIT`; rejects with the signal's reason.
 */
export async function listFiles(
  provider: FilesProviderDefinition,
  signal: AbortSignal,
): Promise<FileListing> {
  const path = resolve(provider.path);
  const { found, isOpen } = await find(path, signal);
  const wanted = isOpen && provider.format === undefined ? found.filter(hasFormat) : found;
  const files = await statAll(wanted, signal);
  if (files.length === 0) throw await nothingFound(path, found);
  return { format: provider.format ?? formatOf(files), files };
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

function hasFormat({ path }: FoundFile): boolean {
  return formatOfName(basename(path)) !== undefined;
}

const statsAtOnce = 32;

async function statAll(found: readonly FoundFile[], signal: AbortSignal): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  for (let at = 0; at < found.length; at += statsAtOnce) {
    signal.throwIfAborted();
    const listed = await Promise.all(found.slice(at, at + statsAtOnce).map(listedFile));
    files.push(...listed.filter((file) => file !== undefined));
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file that has vanished meanwhile, or is none to read from, is left out. */
async function listedFile({ path, texts }: FoundFile): Promise<ListedFile | undefined> {
  const status = await statusOf(path);
  if (status?.isFile()) return { path, sizeBytes: status.size, modifiedAtMs: status.mtimeMs, texts };
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

function formatOf(files: readonly ListedFile[]): FileFormat {
  const counts = new Map<FileFormat, number>();
  for (const { path } of files) {
    const format = formatOfName(basename(path));
    if (format === undefined) throw unknownFormat(path);
    counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  const [first, ...others] = counts;
  if (first === undefined || others.length > 0) throw mixedFormats(counts);
  return first[0];
}

const hintOnFormats =
  'Known are .csv, .tsv, .ndjson, .jsonl, .json (also with .gz or .zst) and .parquet; otherwise set provider.format';

function unknownFormat(path: string): FailureError {
  const message = `The name of ${path} does not say its format`;
  return new FailureError(failure('SOURCE_FORMAT_UNKNOWN', message, { hint: hintOnFormats, where: path }));
}

function mixedFormats(counts: ReadonlyMap<FileFormat, number>): FailureError {
  const list = [...counts].map(([format, count]) => `${count} of ${format}`).join(', ');
  const hint = 'Narrow the path to one format, such as data/*.parquet, or register a dataset for each';
  return new FailureError(
    failure('SOURCE_FORMAT_UNKNOWN', `The files are of several formats: ${list}`, { hint }),
  );
}
