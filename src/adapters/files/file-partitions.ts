import { assert } from '../../base/assert.ts';
import { FailureError, failure } from '../../base/errors.ts';
import type { PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { compareKeys } from '../../core/datasets/partition-key.ts';
import type { FileProviderDefinition } from '../../core/datasets/provider-definition.ts';
import { filterOf, type RowRule } from '../../core/datasets/row-rule.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { ListedPartition, SourceScan } from '../../core/datasets/source.ts';
import type { Engine } from '../../ports/engine.ts';
import type { ListedFile } from '../../ports/file-source.ts';
import type { Listing, ListRequest, Wait } from '../../ports/provider.ts';
import { bareFile } from './bare-file.ts';
import type { FileReach } from './file-reach.ts';
import { fingerprintOf } from './fingerprint.ts';
import {
  type FilesByPartition,
  partitionsByFile,
  partitionsByPath,
  wholeByFiles,
} from './partition-files.ts';
import { describe, keysOfUnreadable, lookIntoFiles } from './partition-rows.ts';
import { type KeysByFile, recallFiles, rememberFiles } from './remembered-files.ts';
import { newestOf, type Reading, readingOf } from './scan.ts';

/** What the files of a provider are listed and looked into with. */
export type FileParts = { readonly engine: Engine; readonly reach: FileReach };

/**
 * Cuts the files of a definition into partitions, wherever they lie. A partition's fingerprint covers the files that hold
 * rows of it, and all that their store says of them. Files are opened only to find partitions by column, and only once:
 * what they hold is remembered for as long as they look the same. Throws `FailureError`, and the signal's reason.
 */
export async function listPartitions(
  { engine, reach }: FileParts,
  { definition, known, wait }: ListRequest,
): Promise<Listing> {
  const files = await reach.list(definition, wait.signal);
  const reading = readingOf(providerOf(definition), files);
  const rule = definition.partition;
  const context: Context = { engine, reach, definition, files, reading, wait };
  switch (rule.kind) {
    case 'none':
      return { partitions: listed(context, wholeByFiles(files)), remember: null };
    case 'path':
      return { partitions: listed(context, partitionsByPath(files, rule.keys)), remember: null };
    case 'file':
      return { partitions: listed(context, partitionsByFile(files)), remember: null };
    case 'time':
    case 'columns':
      return await listByRows(context, rule, known);
  }
}

function providerOf({ provider }: DatasetDefinition): FileProviderDefinition {
  assert(
    provider.type === 'files' || provider.type === 's3' || provider.type === 'http',
    'providers of files read files',
  );
  return provider;
}

type Context = FileParts & {
  readonly definition: DatasetDefinition;
  readonly files: readonly ListedFile[];
  readonly reading: Reading;
  readonly wait: Wait;
};

async function listByRows(context: Context, rule: RowRule, known: unknown): Promise<Listing> {
  const { files } = context;
  const reading = fingerprintOf([], [rule, scanOf(context, [])]);
  const recalled = recallFiles(known, files, reading);
  const unknownFiles = files.filter(({ name }) => !recalled.unchanged.has(name));
  const looked = await lookIntoFiles({ ...context, rule }, unknownFiles);
  const keys = new Map([...recalled.unchanged, ...looked.keys]);
  for (const [name, problem] of looked.unreadable) {
    const ofFile = keysOfUnreadable(rule, name, recalled.changed);
    if (ofFile === undefined) throw new FailureError(problem);
    keys.set(name, ofFile);
  }
  // What can not be read is looked at again by the next listing.
  const readable = files.filter(({ name }) => !looked.unreadable.has(name));
  return {
    partitions: listed(context, filesByPartition(files, keys), keys),
    remember: rememberFiles(readable, { keys, reading }),
  };
}

/** What else is known of the files stays here: tasks carry the scan. */
function scanOf({ reach, reading }: Context, files: readonly ListedFile[]): SourceScan {
  return reach.scanOf(files.map(bareFile), reading);
}

function filesByPartition(files: readonly ListedFile[], keys: KeysByFile): FilesByPartition {
  const partitions = new Map<PartitionKey, ListedFile[]>();
  let references = 0;
  for (const file of files) {
    for (const key of keys.get(file.name) ?? []) {
      if (++references > limits.fileReferencesPerListingMax) throw tooManyReferences();
      const others = partitions.get(key);
      if (others === undefined) partitions.set(key, [file]);
      else others.push(file);
    }
  }
  return partitions;
}

function tooManyReferences(): FailureError {
  const message = 'The partitions lie scattered over too many files each';
  const hint = 'Use a coarser partition, such as by: month, or files that hold one partition each';
  return new FailureError(failure('SOURCE_LIMIT', message, { hint }));
}

/** The partitions in the order of their keys. `keys` says which files hold rows of several partitions. */
function listed(
  context: Context,
  partitions: FilesByPartition,
  keys?: KeysByFile,
): readonly ListedPartition[] {
  if (partitions.size > limits.partitionsPerListingMax) {
    const message = `The dataset has ${partitions.size} partitions, more than ${limits.partitionsPerListingMax}`;
    throw new FailureError(failure('SOURCE_LIMIT', message, { hint: 'Use a coarser partition' }));
  }
  return [...partitions]
    .toSorted(([a], [b]) => compareKeys(a, b))
    .map(([key, files]) => listedPartition(context, { key, files, keys }));
}

type PartitionParts = {
  readonly key: PartitionKey;
  readonly files: readonly ListedFile[];
  readonly keys: KeysByFile | undefined;
};

function listedPartition(context: Context, { key, files, keys }: PartitionParts): ListedPartition {
  if (key.length > limits.partitionKeyCharactersMax) throw longKey(key);
  const rule = context.definition.partition;
  const scan = scanOf(context, files);
  const modifiedAtMs = newestOf(files)?.modifiedAtMs;
  const isWhole = files.every(({ name }) => (keys?.get(name)?.length ?? 1) === 1);
  const sizeBytes = isWhole ? totalBytes(files) : undefined;
  const isCutByRows = rule.kind === 'time' || rule.kind === 'columns';
  return {
    key,
    fingerprint: fingerprintOf(files, [rule, scanOf(context, [])]),
    scan: isCutByRows && scan.kind !== 'table' ? { ...scan, filter: filterOf(rule, key) } : scan,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(modifiedAtMs === undefined ? {} : { modifiedAt: instant(Math.floor(modifiedAtMs)) }),
  };
}

/** Undefined when one of the sizes is not known. */
function totalBytes(files: readonly ListedFile[]): number | undefined {
  return files.reduce<number | undefined>(
    (sum, { sizeBytes }) => (sum === undefined || sizeBytes === undefined ? undefined : sum + sizeBytes),
    0,
  );
}

function longKey(key: PartitionKey): FailureError {
  const message = `A partition key has ${key.length} characters: ${key.slice(0, 80)}…`;
  const hint = `Partition by values of at most ${limits.partitionKeyCharactersMax} characters`;
  return new FailureError(failure('PARTITION_COLUMN_UNFIT', message, { hint }));
}

/**
 * The columns by files from all over the listing: a column whose newest file holds only digits may well hold letters in
 * others. When one of them can not be read, the newest file decides. Throws `FailureError`, and the signal's reason.
 */
export async function schemaOfFiles(
  parts: FileParts,
  definition: DatasetDefinition,
  wait: Wait,
): Promise<Schema> {
  const files = await parts.reach.list(definition, wait.signal);
  const reading = readingOf(providerOf(definition), files);
  const context: Context = { ...parts, definition, files, reading, wait };
  const newest = newestOf(files);
  const spread = await describe(context, spreadFiles(files, newest, parts.reach.describeBytesMax));
  if (spread.ok) return spread.value;
  const description = await describe(context, newest === undefined ? [] : [newest]);
  if (!description.ok) throw new FailureError(description.error);
  return description.value;
}

const filesDescribed = 12;

/** At most a dozen files at even distances, the newest among them; fewer where they are larger together than `bytesMax`. */
function spreadFiles(
  files: readonly ListedFile[],
  newest: ListedFile | undefined,
  bytesMax: number,
): readonly ListedFile[] {
  const step = Math.max(1, files.length / filesDescribed);
  const chosen = Array.from(
    { length: Math.min(files.length, filesDescribed) },
    (_, at) => files[Math.floor(at * step)],
  );
  const spread = [...new Set([newest, ...chosen])].filter((file) => file !== undefined);
  let bytesLeft = bytesMax;
  return spread.filter(({ sizeBytes = 0 }, at) => {
    const isChosen = at === 0 || sizeBytes <= bytesLeft;
    if (isChosen) bytesLeft -= sizeBytes;
    return isChosen;
  });
}
