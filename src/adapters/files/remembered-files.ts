import { type PartitionKey, partitionKey } from '../../base/ids.ts';
import type { RemoteFile } from '../../core/datasets/source.ts';

/** Which partitions each file holds rows of, by name. */
export type KeysByFile = ReadonlyMap<string, readonly PartitionKey[]>;

/** Plain data between two listings. Whoever changes its form changes the version. */
type Remembered = {
  readonly version: typeof version;
  /** The rule and format that the keys were found by: others find others. */
  readonly reading: string;
  readonly files: readonly RememberedFile[];
};

type RememberedFile = readonly [
  name: string,
  sizeBytes: number | null,
  modifiedAtMs: number | null,
  keys: readonly string[],
  /** Only of files whose store says them. */
  tag?: string | null,
  version?: string | null,
];

const version = 1;

/** What the next listing needs to know of the files of this one. */
export function rememberFiles(
  files: readonly RemoteFile[],
  { keys, reading }: { readonly keys: KeysByFile; readonly reading: string },
): Remembered {
  return { version, reading, files: files.map((file) => rememberedFile(file, keys.get(file.name) ?? [])) };
}

function rememberedFile(file: RemoteFile, keys: readonly string[]): RememberedFile {
  const { name, sizeBytes = null, modifiedAtMs = null, tag, version: ofFile } = file;
  return tag === undefined && ofFile === undefined
    ? [name, sizeBytes, modifiedAtMs, keys]
    : [name, sizeBytes, modifiedAtMs, keys, tag ?? null, ofFile ?? null];
}

/** What is remembered of files, by name: those that look as they did, and those that do not. */
export type Recalled = { readonly unchanged: KeysByFile; readonly changed: KeysByFile };

/** Recalls what an earlier listing remembered; nothing, when that is of another form or was read in another way. */
export function recallFiles(known: unknown, files: readonly RemoteFile[], reading: string): Recalled {
  const unchanged = new Map<string, readonly PartitionKey[]>();
  const changed = new Map<string, readonly PartitionKey[]>();
  if (!isRemembered(known) || known.reading !== reading) return { unchanged, changed };
  const entries = new Map(known.files.map((entry) => [entry[0], entry]));
  for (const file of files) {
    const entry = entries.get(file.name);
    if (entry === undefined) continue;
    (isUnchanged(file, entry) ? unchanged : changed).set(file.name, entry[3].map(partitionKey));
  }
  return { unchanged, changed };
}

/** What says nothing that changes with its content may have changed. */
function isUnchanged(file: RemoteFile, [, sizeBytes, modifiedAtMs, , tag, ofFile]: RememberedFile): boolean {
  return (
    isMarked(file) &&
    sizeBytes === (file.sizeBytes ?? null) &&
    modifiedAtMs === (file.modifiedAtMs ?? null) &&
    (tag ?? null) === (file.tag ?? null) &&
    (ofFile ?? null) === (file.version ?? null)
  );
}

/** Whether a file's store says something of it that changes with its content. */
export function isMarked({ modifiedAtMs, tag, version: ofFile }: RemoteFile): boolean {
  return modifiedAtMs !== undefined || tag !== undefined || ofFile !== undefined;
}

function isRemembered(known: unknown): known is Remembered {
  if (typeof known !== 'object' || known === null) return false;
  if (!('version' in known && known.version === version && 'reading' in known && 'files' in known))
    return false;
  return Array.isArray(known.files) && known.files.every(isEntry);
}

function isEntry(entry: unknown): boolean {
  if (!Array.isArray(entry)) return false;
  const [name, sizeBytes, modifiedAtMs, keys, tag, ofFile]: unknown[] = entry;
  if (typeof name !== 'string' || !isNumberOrNull(sizeBytes) || !isNumberOrNull(modifiedAtMs)) return false;
  if (!isTextOrNull(tag ?? null) || !isTextOrNull(ofFile ?? null)) return false;
  return Array.isArray(keys) && keys.every((key) => typeof key === 'string');
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || typeof value === 'number';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
