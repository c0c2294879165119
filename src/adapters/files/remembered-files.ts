import type { PartitionKey } from '../../base/ids.ts';
import { partitionKey } from '../../base/ids.ts';
import type { SourceFile } from '../../core/datasets/source.ts';

/** Which partitions each file holds rows of, by path. */
export type KeysByFile = ReadonlyMap<string, readonly PartitionKey[]>;

/** Plain data between two listings. Whoever changes its form changes the version. */
type Remembered = {
  readonly version: typeof version;
  /** The rule and format that the keys were found by: others find others. */
  readonly reading: string;
  readonly files: readonly (readonly [
    path: string,
    sizeBytes: number,
    modifiedAtMs: number,
    keys: readonly string[],
  ])[];
};

const version = 1;

/** What the next listing needs to know of the files of this one. */
export function rememberFiles(
  files: readonly SourceFile[],
  { keys, reading }: { readonly keys: KeysByFile; readonly reading: string },
): Remembered {
  return {
    version,
    reading,
    files: files.map(({ path, sizeBytes, modifiedAtMs }) => [
      path,
      sizeBytes,
      modifiedAtMs,
      keys.get(path) ?? [],
    ]),
  };
}

/** The keys of those files that look as they did when they were remembered; none, when that is of another form. */
export function recallFiles(known: unknown, files: readonly SourceFile[], reading: string): KeysByFile {
  if (!isRemembered(known) || known.reading !== reading) return new Map();
  const entries = new Map(known.files.map((entry) => [entry[0], entry]));
  const recalled = new Map<string, readonly PartitionKey[]>();
  for (const file of files) {
    const [, sizeBytes, modifiedAtMs, keys] = entries.get(file.path) ?? [];
    if (keys === undefined || sizeBytes !== file.sizeBytes || modifiedAtMs !== file.modifiedAtMs) continue;
    recalled.set(file.path, keys.map(partitionKey));
  }
  return recalled;
}

function isRemembered(known: unknown): known is Remembered {
  if (typeof known !== 'object' || known === null) return false;
  if (!('version' in known && known.version === version && 'reading' in known && 'files' in known))
    return false;
  return Array.isArray(known.files) && known.files.every(isEntry);
}

function isEntry(entry: unknown): boolean {
  if (!Array.isArray(entry)) return false;
  const [path, sizeBytes, modifiedAtMs, keys]: unknown[] = entry;
  if (typeof path !== 'string' || typeof sizeBytes !== 'number' || typeof modifiedAtMs !== 'number')
    return false;
  return Array.isArray(keys) && keys.every((key) => typeof key === 'string');
}
