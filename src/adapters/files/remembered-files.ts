import { type PartitionKey, partitionKey } from '../../base/ids.ts';
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

/** What is remembered of files, by path: those that look as they did, and those that do not. */
export type Recalled = { readonly unchanged: KeysByFile; readonly changed: KeysByFile };

/** Recalls what an earlier listing remembered; nothing, when that is of another form or was read in another way. */
export function recallFiles(known: unknown, files: readonly SourceFile[], reading: string): Recalled {
  const unchanged = new Map<string, readonly PartitionKey[]>();
  const changed = new Map<string, readonly PartitionKey[]>();
  if (!isRemembered(known) || known.reading !== reading) return { unchanged, changed };
  const entries = new Map(known.files.map((entry) => [entry[0], entry]));
  for (const file of files) {
    const [, sizeBytes, modifiedAtMs, keys] = entries.get(file.path) ?? [];
    if (keys === undefined) continue;
    const isUnchanged = sizeBytes === file.sizeBytes && modifiedAtMs === file.modifiedAtMs;
    (isUnchanged ? unchanged : changed).set(file.path, keys.map(partitionKey));
  }
  return { unchanged, changed };
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
