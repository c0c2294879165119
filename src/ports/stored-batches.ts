import type { DatasetName } from '../base/ids.ts';

/**
 * The bytes of batches at a place that all nodes of an installation reach, but that is no file system. What is stored under
 * a location never changes. Methods throw a `FailureError` when the place fails.
 */
export interface StoredBatches {
  /** What stands under a location; undefined when nothing does. */
  find(location: string): Promise<SeenBytes | undefined>;
  /**
   * Stores the bytes of a file whole, or not at all; false when the location is taken, which is left as it is: by somebody
   * else, or by a first try of this call whose answer was lost. Rejects with what `check` throws of the bytes that it read,
   * without a trace. Memory does not grow with the file.
   */
  insert(batch: NewBatch, path: string, check: (seen: SeenBytes) => void): Promise<boolean>;
  /** Writes the bytes of a location into a new file, and tells what they were; undefined when nothing stands there. */
  copy(location: string, path: string): Promise<SeenBytes | undefined>;
  /** Removes what stands under these locations, and tells how many did. Absent ones are no error. */
  remove(locations: readonly string[]): Promise<number>;
  /** The locations of a dataset's batches, and of those of removed datasets, that were stored longer ago than this. */
  olderThan(dataset: DatasetName, ageMs: number): Promise<readonly string[]>;
}

/** What was seen of a file's bytes. The checksum is their SHA-256, hexadecimal. */
export type SeenBytes = { readonly sizeBytes: number; readonly checksum: string };

/** What is to be stored. */
export type NewBatch = SeenBytes & {
  readonly location: string;
  readonly dataset: DatasetName;
};
