import type { Outcome } from '../base/outcome.ts';
import type { DatasetDefinition } from '../core/datasets/definition.ts';
import type { RemoteFile } from '../core/datasets/source.ts';

/**
 * A store of files that lie elsewhere, such as the objects of a bucket. It knows nothing of partitions: what these are,
 * and when files are looked into, is the same for all stores. Its caller keeps the deadline: `signal` aborts at it too.
 */
export interface FileSource {
  /**
   * The files that a definition stands for now, at most `filesPerListingMax`; `SOURCE_NOT_FOUND` when there are none. Each
   * with as much as the store says without being asked for each file: what changes with a file's content must be among
   * it, or the file is read anew each time.
   */
  list(definition: DatasetDefinition, signal: AbortSignal): Promise<Outcome<readonly ListedFile[]>>;
  /**
   * Writes one file, whole, to a path where nothing is, with bounded memory. What is half written when it fails, or is
   * aborted, the caller removes. `SOURCE_CHANGED` when it is not the file any more that was listed, also while it is
   * read; `SOURCE_NOT_FOUND` when it is gone. Repeats by itself what may pass, until it is aborted.
   */
  fetch(request: FileRequest): Promise<Outcome<void>>;
}

/** A file as its store lists it. */
export type ListedFile = RemoteFile & {
  /** What the wildcards of the path stand for, from left to right; empty when it has none. Partitions by file are named by them. */
  readonly texts: readonly string[];
};

export type FileRequest = {
  readonly definition: DatasetDefinition;
  /** As it was listed. */
  readonly file: RemoteFile;
  readonly path: string;
  readonly signal: AbortSignal;
  /** Told of each portion that has been written. */
  readonly onBytes?: (bytes: number) => void;
};
