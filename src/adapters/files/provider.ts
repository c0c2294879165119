import { assert } from '../../base/assert.ts';
import { type Failure, FailureError, failure, failureOf } from '../../base/errors.ts';
import type { PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { compareKeys } from '../../core/datasets/partition-key.ts';
import type { FilesProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { FilesScan, ListedPartition, SourceScan } from '../../core/datasets/source.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Listing, ListRequest, Provider, Wait } from '../../ports/provider.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type FileListing, type ListedFile, listFiles } from './list-files.ts';
import {
  type FilesByPartition,
  partitionsByFile,
  partitionsByPath,
  wholeByFiles,
} from './partition-files.ts';
import { filterOf, keysOfUnreadable, lookIntoFiles, type RowRule } from './partition-rows.ts';
import { type KeysByFile, recallFiles, rememberFiles } from './remembered-files.ts';
import { newestOf, type ScanOf, scanOfListing } from './scan.ts';

/**
 * The provider of local files and directories. A partition's fingerprint covers the files that hold rows of it: their
 * paths, sizes and modification times. Files are opened only to find partitions by column, and only once: what they hold
 * is remembered for as long as they look the same.
 */
export function createFilesProvider(engine: Engine): Provider {
  return {
    partitions: (request) => guarded(request.wait, (wait) => list(engine, { ...request, wait })),
    schema: (definition, wait) => guarded(wait, (bounded) => schemaOf(engine, definition, bounded)),
    fetch: async ({ listed: { scan } }) => succeed(filesOf(scan)),
  };
}

function filesProvider({ provider }: DatasetDefinition): FilesProviderDefinition {
  assert(provider.type === 'files', 'the provider of files reads files');
  return provider;
}

function filesOf(scan: SourceScan): FilesScan {
  assert(scan.kind === 'files', 'the provider of files lists files');
  return scan;
}

async function list(engine: Engine, { definition, known, wait }: ListRequest): Promise<Listing> {
  const listing = await listFiles(filesProvider(definition), wait.signal);
  const scanOf = scanOfListing(filesProvider(definition), listing);
  const rule = definition.partition;
  const context: Context = { definition, listing, scanOf };
  switch (rule.kind) {
    case 'none':
      return { partitions: listed(context, wholeByFiles(listing.files)), remember: null };
    case 'path':
      return { partitions: listed(context, partitionsByPath(listing.files, rule.keys)), remember: null };
    case 'file':
      return { partitions: listed(context, partitionsByFile(listing.files)), remember: null };
    case 'time':
    case 'columns':
      return await listByRows({ engine, rule, context, known, wait });
  }
}

type Context = {
  readonly definition: DatasetDefinition;
  readonly listing: FileListing;
  readonly scanOf: ScanOf;
};

async function listByRows(request: {
  readonly engine: Engine;
  readonly rule: RowRule;
  readonly context: Context;
  readonly known: unknown;
  readonly wait: Wait;
}): Promise<Listing> {
  const { engine, rule, context, known, wait } = request;
  const { files } = context.listing;
  const reading = fingerprintOf([], [rule, context.scanOf([])]);
  const recalled = recallFiles(known, files, reading);
  const unknownFiles = files.filter(({ path }) => !recalled.unchanged.has(path));
  const looked = await lookIntoFiles({ engine, rule, scanOf: context.scanOf, wait }, unknownFiles);
  const keys = new Map([...recalled.unchanged, ...looked.keys]);
  for (const [path, problem] of looked.unreadable) {
    const ofFile = keysOfUnreadable(rule, path, recalled.changed);
    if (ofFile === undefined) throw new FailureError(problem);
    keys.set(path, ofFile);
  }
  // What can not be read is looked at again by the next listing.
  const readable = files.filter(({ path }) => !looked.unreadable.has(path));
  return {
    partitions: listed(context, filesByPartition(files, keys), keys),
    remember: rememberFiles(readable, { keys, reading }),
  };
}

function filesByPartition(files: readonly ListedFile[], keys: KeysByFile): FilesByPartition {
  const partitions = new Map<PartitionKey, ListedFile[]>();
  let references = 0;
  for (const file of files) {
    for (const key of keys.get(file.path) ?? []) {
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

function listedPartition(
  { definition, scanOf }: Context,
  { key, files, keys }: PartitionParts,
): ListedPartition {
  if (key.length > limits.partitionKeyCharactersMax) throw longKey(key);
  const rule = definition.partition;
  const scan = scanOf(files);
  const newest = newestOf(files);
  const isWhole = files.every(({ path }) => (keys?.get(path)?.length ?? 1) === 1);
  return {
    key,
    fingerprint: fingerprintOf(files, [rule, scanOf([])]),
    scan: rule.kind === 'time' || rule.kind === 'columns' ? { ...scan, filter: filterOf(rule, key) } : scan,
    ...(isWhole ? { sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) } : {}),
    ...(newest === undefined ? {} : { modifiedAt: instant(Math.floor(newest.modifiedAtMs)) }),
  };
}

type PartitionParts = {
  readonly key: PartitionKey;
  readonly files: readonly ListedFile[];
  readonly keys: KeysByFile | undefined;
};

function longKey(key: PartitionKey): FailureError {
  const message = `A partition key has ${key.length} characters: ${key.slice(0, 80)}…`;
  const hint = `Partition by values of at most ${limits.partitionKeyCharactersMax} characters`;
  return new FailureError(failure('PARTITION_COLUMN_UNFIT', message, { hint }));
}

/**
 * The columns by files from all over the listing: a column whose newest file holds only digits may well hold letters in
 * others. When one of them can not be read, the newest file decides.
 */
async function schemaOf(engine: Engine, definition: DatasetDefinition, wait: Wait): Promise<Schema> {
  const listing = await listFiles(filesProvider(definition), wait.signal);
  const scanOf = scanOfListing(filesProvider(definition), listing);
  const newest = newestOf(listing.files);
  const spread = await engine.describe(scanOf(spreadFiles(listing.files, newest)), wait);
  if (spread.ok) return spread.value.schema;
  const description = await engine.describe(scanOf(newest === undefined ? [] : [newest]), wait);
  if (!description.ok) throw new FailureError(description.error);
  return description.value.schema;
}

const filesDescribed = 12;

/** At most a dozen files at even distances, the newest among them. */
function spreadFiles(files: readonly ListedFile[], newest: ListedFile | undefined): readonly ListedFile[] {
  const step = Math.max(1, files.length / filesDescribed);
  const chosen = Array.from(
    { length: Math.min(files.length, filesDescribed) },
    (_, at) => files[Math.floor(at * step)],
  );
  return [...new Set([newest, ...chosen])].filter((file) => file !== undefined);
}

const timerMsMax = 2 ** 31 - 1;

/** Runs an action within its deadline and returns what it throws as a failure. */
async function guarded<T>(wait: Wait, action: (wait: Wait) => Promise<T>): Promise<Outcome<T>> {
  const deadline =
    wait.timeoutMs > 0
      ? AbortSignal.timeout(Math.min(Math.ceil(wait.timeoutMs), timerMsMax))
      : AbortSignal.abort();
  const signal = AbortSignal.any([wait.signal, deadline]);
  try {
    signal.throwIfAborted();
    return succeed(await action({ ...wait, signal }));
  } catch (error) {
    if (wait.signal.aborted) return fail(failure('TASK_CANCELLED', 'The listing of files was cancelled'));
    if (deadline.aborted) return fail(timedOut(wait, error));
    return fail(failureOf(error));
  }
}

function timedOut({ timeoutMs }: Wait, error: unknown): Failure {
  const cause = error instanceof FailureError ? error.failure.message : undefined;
  return failure('TASK_TIMEOUT', `The listing of files took more than ${timeoutMs} ms`, { cause });
}
