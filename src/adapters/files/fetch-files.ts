import { copyFile, link, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError, failure, failureOf } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { RemoteFile, SourceFile } from '../../core/datasets/source.ts';
import { fileNameOf } from '../../core/files/file-name.ts';
import type { FileSource } from '../../ports/file-source.ts';
import type { LocalCopies, LocalCopy } from '../../ports/local-copies.ts';
import { errnoOf } from './access-failure.ts';
import { bareFile } from './bare-file.ts';
import type { OpenFiles } from './file-reach.ts';
import { isMarked } from './remembered-files.ts';

export type FetchParts = {
  readonly source: FileSource;
  readonly copies: LocalCopies;
  /** Who waits for a copy that is being fetched, by its key: all of them are told what arrives. */
  readonly watchers: Map<string, Set<OnBytes>>;
};

type OnBytes = (bytes: number) => void;

type Request = {
  readonly definition: DatasetDefinition;
  readonly files: readonly RemoteFile[];
  readonly signal: AbortSignal;
};

/** Opens local copies of files, in the same order, each fetched unless it is there. */
export async function openCopies(parts: FetchParts, request: Request): Promise<Outcome<OpenFiles>> {
  const copies: LocalCopy[] = [];
  const close = async (): Promise<void> => {
    for (const copy of copies) await copy[Symbol.asyncDispose]();
  };
  let opened: Outcome<readonly SourceFile[]> | undefined;
  try {
    opened = await eachOf(request.files, async (file) => {
      const copy = await openCopy(parts, request, { file });
      if (!copy.ok) return copy;
      copies.push(copy.value);
      return succeed(await sourceFile(copy.value.path, file));
    });
  } finally {
    if (opened?.ok !== true) await close();
  }
  return opened.ok ? succeed({ files: opened.value, [Symbol.asyncDispose]: close }) : opened;
}

type DirectoryRequest = Request & {
  readonly directory: string;
  readonly isShared: boolean;
  readonly onProgress?: (fraction: number) => void;
};

/**
 * Fetches files into a directory, in the same order, each under a name of its own; all or none. What is `isShared` with
 * other requests goes through the local copies, which it outlives.
 */
export async function fetchFiles(
  parts: FetchParts,
  request: DirectoryRequest,
): Promise<Outcome<readonly SourceFile[]>> {
  let fetched: Outcome<readonly SourceFile[]> | undefined;
  try {
    fetched = await fetchEach(parts, request);
    return fetched;
  } finally {
    if (fetched?.ok !== true) {
      const directories = request.files.map((_, at) => ownDirectory(request, at));
      for (const directory of directories) await rm(directory, { recursive: true, force: true });
    }
  }
}

/** Names of files are theirs alone within a directory elsewhere. */
function ownDirectory({ directory }: DirectoryRequest, at: number): string {
  return join(directory, String(at));
}

async function fetchEach(
  parts: FetchParts,
  request: DirectoryRequest,
): Promise<Outcome<readonly SourceFile[]>> {
  const { files, isShared, onProgress = () => undefined } = request;
  const totalBytes = files.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  let bytesSeen = 0;
  const onBytes = (bytes: number): void => {
    bytesSeen += bytes;
    if (totalBytes > 0) onProgress(Math.min(1, bytesSeen / totalBytes));
  };
  return await eachOf(files, async (file, at) => {
    const directory = ownDirectory(request, at);
    await mkdir(directory);
    const path = join(directory, localName(file.name));
    if (!isShared) {
      const fetched = await fetchFile(parts.source, request, { file, path, onBytes });
      return fetched.ok ? succeed(await sourceFile(path, file)) : fetched;
    }
    let arrived = 0;
    const onBytesOfCopy: OnBytes = (bytes) => {
      arrived += bytes;
      onBytes(bytes);
    };
    const copy = await openCopy(parts, request, { file, onBytes: onBytesOfCopy });
    if (!copy.ok) return copy;
    await using local = copy.value;
    await linkOrCopy(local.path, path);
    onBytes(Math.max(0, (file.sizeBytes ?? 0) - arrived));
    return succeed(await sourceFile(path, file));
  });
}

type Fetch = {
  readonly file: RemoteFile;
  readonly path: string;
  readonly onBytes?: OnBytes;
};

/** Nothing half-written is left, and what is there has the size that was listed. */
async function fetchFile(
  source: FileSource,
  { definition, signal }: Request,
  { file, path, onBytes }: Fetch,
): Promise<Outcome<void>> {
  const fetched = await outcomeOf(signal, () =>
    source.fetch({ definition, file, path, signal, ...(onBytes === undefined ? {} : { onBytes }) }),
  );
  if (fetched.ok) {
    const { size } = await stat(path);
    if (file.sizeBytes === undefined || file.sizeBytes === size) return fetched;
    await rm(path, { force: true });
    return fail(changed(file, `${size} bytes came where ${file.sizeBytes} were listed`));
  }
  await rm(path, { force: true });
  return fetched;
}

function changed({ name }: RemoteFile, cause: string) {
  return failure('SOURCE_CHANGED', `${name} is no longer the file that was listed`, { where: name, cause });
}

async function outcomeOf<T>(signal: AbortSignal, action: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await action();
  } catch (error) {
    if (signal.aborted) return fail(failure('TASK_CANCELLED', 'The fetching of files was cancelled'));
    return fail(failureOf(error));
  }
}

/** A copy of one file. Who waits for the fetch of another request stops waiting when its own is aborted. */
async function openCopy(
  parts: FetchParts,
  request: Request,
  { file, onBytes = () => undefined }: Pick<Fetch, 'file' | 'onBytes'>,
): Promise<Outcome<LocalCopy>> {
  const { copies, source, watchers } = parts;
  const { definition, signal } = request;
  const key = JSON.stringify([definition.provider, bareFile(file)]);
  // A store that says nothing of a file may have another one already.
  if (!isMarked(file)) await copies.forget([key]);
  const tellAll: OnBytes = (bytes) => {
    for (const tell of watchers.get(key) ?? []) tell(bytes);
  };
  const own = watchers.get(key) ?? new Set();
  watchers.set(key, own.add(onBytes));
  const opening = copies.open({
    key,
    fileName: localName(file.name),
    sizeBytes: file.sizeBytes,
    fetch: (path) => fetchFile(source, request, { file, path, onBytes: tellAll }),
  });
  try {
    return await unlessAborted(signal, opening);
  } catch (error) {
    void opening.then(
      async (late) => late.ok && (await late.value[Symbol.asyncDispose]()),
      () => undefined,
    );
    throw error;
  } finally {
    own.delete(onBytes);
    if (own.size === 0 && watchers.get(key) === own) watchers.delete(key);
  }
}

async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function sourceFile(path: string, { name }: RemoteFile): Promise<SourceFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, sizeBytes: size, modifiedAtMs: mtimeMs, origin: name };
}

/** A link costs nothing, and outlives the copy; another file system needs bytes of its own. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes(errnoOf(error) ?? '')) throw error;
    await copyFile(from, to);
  }
}

const nameBytesMax = 200;
const nameCharactersKept = 40;

/** The file's own name, as far as a file system takes it: messages show it, and its end says how it is packed. */
function localName(name: string): string {
  const own = fileNameOf(name).replace(/\p{Cc}/gu, '_');
  if (own === '' || own === '.' || own === '..') return 'file';
  return Buffer.byteLength(own) <= nameBytesMax ? own : Array.from(own).slice(-nameCharactersKept).join('');
}

/** Does it for each item, some at once; ends with what fails first, when those that had begun have ended. */
async function eachOf<T, R>(
  items: readonly T[],
  action: (item: T, at: number) => Promise<Outcome<R>>,
): Promise<Outcome<readonly R[]>> {
  const left = [...items.entries()];
  const done = new Map<number, R>();
  const problems: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && problems.length === 0; next = left.shift()) {
      const [at, item] = next;
      try {
        const outcome = await action(item, at);
        if (!outcome.ok) throw new FailureError(outcome.error);
        done.set(at, outcome.value);
      } catch (error) {
        problems.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limits.remoteFetchesAtOnce }, work));
  const [problem] = problems;
  if (problem instanceof FailureError) return fail(problem.failure);
  if (problem !== undefined) throw problem;
  return succeed([...done].toSorted(([a], [b]) => a - b).map(([, value]) => value));
}
