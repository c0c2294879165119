import type { FileProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { FilesScan, RemoteFile } from '../../core/datasets/source.ts';
import { formatOfFiles } from '../../core/files/format-of-files.ts';
import { commonHiveKeys, hiveValuesOf } from '../../core/files/hive-path.ts';

/** How all files of a listing are read: whatever is read of it has the same columns. */
export type Reading = Pick<FilesScan, 'format' | 'hiveKeys' | 'csv'>;

/** How the files of a listing are read. Throws `SOURCE_FORMAT_UNKNOWN` when neither the definition nor their names say it. */
export function readingOf(provider: FileProviderDefinition, files: readonly RemoteFile[]): Reading {
  const names = files.map(({ name }) => name);
  return {
    format: provider.format ?? formatOfFiles(names),
    hiveKeys: commonHiveKeys(names.map(hiveValuesOf)),
    ...(provider.csv === undefined ? {} : { csv: provider.csv }),
  };
}

/** The file that was written last, of equals the last by name; undefined of none. */
export function newestOf<File extends RemoteFile>(files: readonly File[]): File | undefined {
  return files.reduce<File | undefined>(
    (newest, file) =>
      newest !== undefined && (newest.modifiedAtMs ?? 0) > (file.modifiedAtMs ?? 0) ? newest : file,
    undefined,
  );
}
