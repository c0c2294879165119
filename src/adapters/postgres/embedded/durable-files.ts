import { closeSync, fdatasyncSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/**
 * PGlite's files on disk, made durable. PGlite runs PostgreSQL with `fsync` off and its file system has no fsync at all:
 * a commit survives the death of the process but not a power cut. Here fsync reaches the disk, from the first moment on,
 * recovery included. It hangs on PGlite's inside, so its version is pinned and a test counts the calls.
 */
export class DurableFiles extends NodeFS {
  readonly #onFailure: (error: unknown) => never;

  /** `onFailure` must end the thread: PGlite would swallow the error and take the commit for durable. */
  constructor(directory: string, onFailure: (error: unknown) => never) {
    super(directory);
    this.#onFailure = onFailure;
  }

  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const preRun = emscriptenOpts.preRun;
    if (!Array.isArray(preRun))
      throw new Error('PGlite has changed: its file system has no list of preRun hooks');
    const patch = (module: PGlite['Module']): void => this.#addFsync(module);
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...preRun, patch] } };
  }

  #addFsync(module: unknown): void {
    const operations = streamOperations(module);
    operations.fsync = (stream) => {
      try {
        fdatasyncSync(stream.nfd);
        return 0;
      } catch (error) {
        return this.#onFailure(error);
      }
    };
  }
}

/** The parameters of a server that syncs: PGlite's own without `-F`, by the one method that its build has. */
export function durableParameters(defaults: readonly string[]): string[] {
  return [...defaults.filter((parameter) => parameter !== '-F'), '-c', 'wal_sync_method=fsync'];
}

/** Makes a whole directory tree durable, each file and each directory. */
export function syncTree(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) syncPath(join(entry.parentPath, entry.name));
  }
  syncPath(directory);
}

/** Makes one file's content, or one directory's list of names, durable. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

type StreamOperations = { fsync?: (stream: { readonly nfd: number }) => number };

function streamOperations(module: unknown): StreamOperations {
  const { NODEFS } = module as { readonly NODEFS?: { readonly stream_ops?: StreamOperations } };
  if (NODEFS?.stream_ops === undefined) {
    throw new Error('PGlite has changed: its file system of Node can not be made durable');
  }
  return NODEFS.stream_ops;
}
