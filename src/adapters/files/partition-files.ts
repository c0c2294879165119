import { FailureError, failure } from '../../base/errors.ts';
import { type PartitionKey, wholeDataset } from '../../base/ids.ts';
import { fileKey, pathKey } from '../../core/datasets/partition-key.ts';
import { withoutExtensions } from '../../core/files/file-format.ts';
import { fileNameOf } from '../../core/files/file-name.ts';
import { hiveValuesOf } from '../../core/files/hive-path.ts';
import { suggestion } from '../../core/text/nearest.ts';
import type { ListedFile } from '../../ports/file-source.ts';

/** The files of each partition, by name. */
export type FilesByPartition = ReadonlyMap<PartitionKey, readonly ListedFile[]>;

/** All files are one partition. */
export function wholeByFiles(files: readonly ListedFile[]): FilesByPartition {
  return new Map([[wholeDataset, files]]);
}

/** Files by the Hive keys of their paths; `COLUMN_NOT_FOUND` when a path lacks one. */
export function partitionsByPath(files: readonly ListedFile[], keys: readonly string[]): FilesByPartition {
  const partitions = new Map<PartitionKey, ListedFile[]>();
  for (const file of files) {
    const values = hiveValuesOf(file.name);
    const key = pathKey(keys.map((name) => [name, valueIn(values, { name, path: file.name })]));
    const others = partitions.get(key);
    if (others === undefined) partitions.set(key, [file]);
    else others.push(file);
  }
  return partitions;
}

function valueIn(
  values: ReadonlyMap<string, string | null>,
  { name, path }: { readonly name: string; readonly path: string },
): string | null {
  const value = values.get(name);
  if (value !== undefined) return value;
  const message = `The path ${path} has no directory “${name}=…”${suggestion(name, values.keys())}`;
  throw new FailureError(failure('COLUMN_NOT_FOUND', message, { where: path }));
}

/** Each file by itself; `PARTITION_COLUMN_UNFIT` when two would have the same key. */
export function partitionsByFile(files: readonly ListedFile[]): FilesByPartition {
  const partitions = new Map<PartitionKey, readonly ListedFile[]>();
  for (const file of files) {
    const key = keyOfFile(file);
    const [other] = partitions.get(key) ?? [];
    if (other !== undefined) throw collision(key, [other.name, file.name]);
    partitions.set(key, [file]);
  }
  return partitions;
}

function keyOfFile({ name, texts }: ListedFile): PartitionKey {
  const last = texts.at(-1);
  return last === undefined
    ? fileKey([withoutExtensions(fileNameOf(name))])
    : fileKey([...texts.slice(0, -1), withoutExtensions(last)]);
}

function collision(key: PartitionKey, [first, second]: readonly [string, string]): FailureError {
  const message = `Two files would be the partition ${key}: ${first} and ${second}`;
  const hint = 'Put a wildcard in the path for what tells them apart, or remove one of them';
  return new FailureError(failure('PARTITION_COLUMN_UNFIT', message, { hint, where: second }));
}
