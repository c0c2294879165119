import type { FilesProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { FilesScan, SourceFile } from '../../core/datasets/source.ts';
import { commonHiveKeys, hiveValuesOf } from './hive-path.ts';
import type { FileListing } from './list-files.ts';

/** Makes the scan of some of a dataset's files: all scans of one listing have the same columns. */
export type ScanOf = (files: readonly SourceFile[]) => FilesScan;

/** How the files of a listing are read. */
export function scanOfListing(provider: FilesProviderDefinition, { format, files }: FileListing): ScanOf {
  const hiveKeys = commonHiveKeys(files.map(({ path }) => hiveValuesOf(path)));
  return (some) => ({
    kind: 'files',
    format,
    // What else is known of the files stays here: tasks carry the scan.
    files: some.map(({ path, sizeBytes, modifiedAtMs }) => ({ path, sizeBytes, modifiedAtMs })),
    ...(provider.csv === undefined ? {} : { csv: provider.csv }),
    hiveKeys,
  });
}

/** The file that was written last, of equals the last by path; undefined of none. */
export function newestOf<File extends SourceFile>(files: readonly File[]): File | undefined {
  return files.reduce<File | undefined>(
    (newest, file) => (newest !== undefined && newest.modifiedAtMs > file.modifiedAtMs ? newest : file),
    undefined,
  );
}
