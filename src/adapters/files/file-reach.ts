import type { Outcome } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { RemoteFile, SourceFile, SourceScan } from '../../core/datasets/source.ts';
import type { ListedFile } from '../../ports/file-source.ts';
import type { Reading } from './scan.ts';

/** How a provider gets at its files: what differs between those of this machine and those that lie elsewhere. */
export type FileReach = {
  /** The files of a definition, by name. Throws `FailureError`, and the signal's reason. */
  readonly list: (definition: DatasetDefinition, signal: AbortSignal) => Promise<readonly ListedFile[]>;
  /** The scan that tasks carry. */
  readonly scanOf: (files: readonly RemoteFile[], reading: Reading) => SourceScan;
  /** Brings some files to where the engine can read them, in the same order, until they are let go. */
  readonly open: (
    definition: DatasetDefinition,
    files: readonly RemoteFile[],
    signal: AbortSignal,
  ) => Promise<Outcome<OpenFiles>>;
  /** Bytes of files that are opened at once; one file may have more. */
  readonly openBytesMax: number;
  /** Bytes of files that are opened to tell the columns. */
  readonly describeBytesMax: number;
};

export type OpenFiles = AsyncDisposable & { readonly files: readonly SourceFile[] };
