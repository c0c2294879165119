import type { PartitionKey } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { TimeGrain } from './definition.ts';
import type { CsvOptions, FileFormat, RelationDefinition } from './provider-definition.ts';
import type { Schema } from './schema.ts';

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

/** A partition that lies in files of this machine. */
export type ListedFiles = ListedPartition & { readonly scan: FilesScan };

/** What to read, as plain data. The engine reads files; its provider fetches everything else into files first. */
export type SourceScan = FilesScan | RemoteFilesScan | TableScan;

/** Rows of files, all of one format, optionally only those of one partition. */
export type FilesScan = {
  readonly kind: 'files';
  readonly format: FileFormat;
  readonly files: readonly SourceFile[];
  readonly csv?: CsvOptions;
  /** Hive path keys that become columns. */
  readonly hiveKeys: readonly string[];
  readonly filter?: PartitionFilter;
  /**
   * Columns of a text format that are known from elsewhere, in the order of the fields: names, since there is no header
   * then, and exact types. Nothing is sniffed; a value that does not fit its type rejects its row.
   */
  readonly columns?: Schema;
  /** How many rows all files hold, where that is known: reading another number of them fails. */
  readonly rowCount?: number;
  /** That each row is one line, because no text holds a line break: threads may then begin at any line. */
  readonly isLinewise?: true;
};

/** Files that lie elsewhere, such as the objects of a store. Once they are fetched, the rest is as for files. */
export type RemoteFilesScan = Omit<FilesScan, 'kind' | 'files' | 'columns' | 'rowCount' | 'isLinewise'> & {
  readonly kind: 'remote-files';
  readonly files: readonly RemoteFile[];
};

/** One file elsewhere and what it looked like when it was listed. Fetching verifies it. */
export type RemoteFile = {
  /** How its provider finds it, and people know it: the key of an object, an address. */
  readonly name: string;
  readonly sizeBytes?: number;
  readonly modifiedAtMs?: number;
  /** What the store says changes with the content (HTTP: ETag). */
  readonly tag?: string;
  /** The version to read, where the store keeps several. */
  readonly version?: string;
};

/** Rows of a table, view or query, optionally only those of one partition. */
export type TableScan = {
  readonly kind: 'table';
  /** As it was when it was listed: a definition that is changed meanwhile is for the next listing. */
  readonly relation: RelationDefinition;
  readonly filter?: PartitionFilter;
};

/** One file and what it looked like when it was listed. Reading verifies both figures before and after. */
export type SourceFile = {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** How people know a file that was fetched: where it came from. By default its path. */
  readonly origin?: string;
};

/** The rows of one partition. Always a plain range or equality on the column itself, so that an index can serve it. */
export type PartitionFilter =
  | { readonly kind: 'time'; readonly column: string; readonly by: TimeGrain; readonly key: PartitionKey }
  | { readonly kind: 'columns'; readonly values: Readonly<Record<string, string | null>> };
