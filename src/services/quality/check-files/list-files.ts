import { assert } from '../../../base/assert.ts';
import { failure } from '../../../base/errors.ts';
import { type DatasetName, wholeDataset } from '../../../base/ids.ts';
import { limits } from '../../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import { type Instant, instant } from '../../../base/units.ts';
import type { ChecksDefinition } from '../../../core/datasets/decode.ts';
import type { DatasetDefinition, PartitionRule } from '../../../core/datasets/definition.ts';
import { compareKeys } from '../../../core/datasets/partition-key.ts';
import type { FileFormat } from '../../../core/datasets/provider-definition.ts';
import type { ListedFiles, ListedPartition } from '../../../core/datasets/source.ts';
import type { Provider } from '../../../ports/provider.ts';

type ListRequest = {
  readonly dataset: DatasetName;
  readonly paths: readonly string[];
  readonly checks: ChecksDefinition;
  readonly format?: FileFormat;
  readonly partition?: PartitionRule;
  readonly signal: AbortSignal;
};

/**
 * The partitions that some paths make, and the definition that they are judged by. Without a partition rule all files are
 * one partition, except those of a directory, which are one each.
 */
export async function listFiles(
  provider: Provider,
  request: ListRequest,
): Promise<Outcome<{ readonly definition: DatasetDefinition; readonly partitions: readonly ListedFiles[] }>> {
  const rule = request.partition ?? request.checks.partition;
  const listed: ListedFiles[] = [];
  let isDirectory = false;
  for (const path of request.paths) {
    // Listing by file tells a directory from a file without looking at the disk from here.
    const definition = definitionOf(request, { path, rule: rule ?? { kind: 'file' } });
    const wait = { signal: request.signal, timeoutMs: limits.lookupTimeoutMs };
    const listing = await provider.partitions({ definition, known: undefined, wait });
    if (!listing.ok) return listing;
    const partitions = listing.value.partitions.map(inFiles);
    if (partitions.length === 0) return fail(nothingAt(path));
    isDirectory ||= rule === undefined && holds(path, partitions);
    listed.push(...partitions);
  }
  if (isDirectory && request.paths.length > 1) {
    return fail(failure('REQUEST_INVALID', 'a directory is checked by itself; give one directory, or files'));
  }
  const path = request.paths[0] ?? '';
  const kept = rule ?? (isDirectory ? { kind: 'file' } : { kind: 'none' });
  const merged = mergeByKey(
    kept.kind === 'none' ? listed.map((one) => ({ ...one, key: wholeDataset })) : listed,
  );
  if (!merged.ok) return merged;
  return succeed({ definition: definitionOf(request, { path, rule: kept }), partitions: merged.value });
}

function definitionOf(
  request: ListRequest,
  { path, rule }: { readonly path: string; readonly rule: PartitionRule },
): DatasetDefinition {
  const { format: formatOfChecks, csv, partition: _, ...checks } = request.checks;
  const format = request.format ?? formatOfChecks;
  return {
    ...checks,
    dataset: request.dataset,
    owner: 'nobody',
    followers: [],
    provider: {
      type: 'files',
      path,
      ...(format === undefined ? {} : { format }),
      ...(csv === undefined ? {} : { csv }),
    },
    partition: rule,
    publish: { type: 'static' },
    notify: [],
  };
}

function inFiles(listed: ListedPartition): ListedFiles {
  const { scan } = listed;
  assert(scan.kind === 'files', 'the provider of files lists files');
  return { ...listed, scan };
}

function nothingAt(path: string) {
  return failure('SOURCE_NOT_FOUND', `no file with data matches ${path}`, {
    hint: 'known formats: csv, tsv, ndjson, json, parquet, also with .gz or .zst; --format names another file’s',
  });
}

/** Whether a path is a directory: it has no wildcard, and what was listed are other paths. */
function holds(path: string, partitions: readonly ListedFiles[]): boolean {
  return (
    !/[*?{]/.test(path) && partitions.every(({ scan }) => scan.files.every((file) => file.path !== path))
  );
}

/** One partition for each key, in order. Files of different formats can not be read together. */
function mergeByKey(listed: readonly ListedFiles[]): Outcome<ListedFiles[]> {
  const merged: ListedFiles[] = [];
  for (const parts of Map.groupBy(listed, ({ key }) => key).values()) {
    const formats = [...new Set(parts.map(({ scan }) => scan.format))];
    if (formats.length > 1) {
      const message = `the files have different formats (${formats.join(', ')})`;
      return fail(
        failure('REQUEST_INVALID', message, { hint: 'check the files of each format by themselves' }),
      );
    }
    merged.push(mergePartitions(parts));
  }
  return succeed(merged.toSorted((a, b) => compareKeys(a.key, b.key)));
}

function mergePartitions(parts: readonly ListedFiles[]): ListedFiles {
  const [first, ...others] = parts;
  assert(first !== undefined, 'a group has at least one member');
  if (others.length === 0) return first;
  const files = new Map(parts.flatMap(({ scan }) => scan.files.map((file) => [file.path, file])));
  const modifiedAt = parts.map((part) => part.modifiedAt).reduce(latest);
  return {
    key: first.key,
    fingerprint: parts.map(({ fingerprint }) => fingerprint).join(' '),
    scan: { ...first.scan, files: [...files.values()] },
    sizeBytes: files.values().reduce((sum, file) => sum + file.sizeBytes, 0),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}

function latest(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  return a === undefined || b === undefined ? (a ?? b) : instant(Math.max(a, b));
}
