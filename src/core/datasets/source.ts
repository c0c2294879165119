import type { PartitionKey } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { CsvOptions, FileFormat, TimeGrain } from './definition.ts';

/** A partition as its provider lists it. */
export type ListedPartition = {
  readonly key: PartitionKey;
  /** Changes whenever the content may have changed; equal fingerprints are not read again. */
  readonly fingerprint: string;
  /** How to read it: plain data that the task carries. */
  readonly scan: SourceScan;
  readonly sizeBytes?: number;
  readonly modifiedAt?: Instant;
};

/** What to read, as plain data that the engine understands. Other kinds of source add members to this union. */
export type SourceScan = FilesScan;

/** Rows of files, all of one format, optionally only those of one partition. */
export type FilesScan = {
  readonly kind: 'files';
  readonly format: FileFormat;
  readonly files: readonly SourceFile[];
  readonly csv?: CsvOptions;
  /** Hive path keys that become columns. */
  readonly hiveKeys: readonly string[];
  readonly filter?: PartitionFilter;
};

/** One file and what it looked like when it was listed. Reading verifies both figures before and after. */
export type SourceFile = {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
};

/** The rows of one partition. Always a plain range or equality on the column itself, so that an index can serve it. */
export type PartitionFilter =
  | { readonly kind: 'time'; readonly column: string; readonly by: TimeGrain; readonly key: PartitionKey }
  | { readonly kind: 'columns'; readonly values: Readonly<Record<string, string | null>> };
