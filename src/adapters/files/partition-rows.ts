import { type Failure, FailureError } from '../../base/errors.ts';
import { type PartitionKey, partitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition, TimeGrain } from '../../core/datasets/definition.ts';
import { columnsKey, partitionGrain, partitionStart, timeKey } from '../../core/datasets/partition-key.ts';
import {
  columnMissing,
  columnNamed,
  columnsOfRule,
  columnUnfit,
  type RowRule,
} from '../../core/datasets/row-rule.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { FilesScan, RemoteFile } from '../../core/datasets/source.ts';
import { fileNameOf } from '../../core/files/file-name.ts';
import type { Engine, PartitionCount } from '../../ports/engine.ts';
import type { Wait } from '../../ports/provider.ts';
import type { FileReach } from './file-reach.ts';
import type { KeysByFile } from './remembered-files.ts';
import { newestOf, type Reading } from './scan.ts';

export type LookRequest = {
  readonly engine: Engine;
  readonly reach: FileReach;
  readonly definition: DatasetDefinition;
  readonly rule: RowRule;
  readonly reading: Reading;
  readonly wait: Wait;
};

export type Looked = {
  readonly keys: KeysByFile;
  /** Files that can not be read at all, by name, with the reason. */
  readonly unreadable: ReadonlyMap<string, Failure>;
};

/**
 * Opens files to find out which partitions they hold rows of, a bounded number in each request to the engine. Throws
 * `COLUMN_NOT_FOUND`, `PARTITION_COLUMN_UNFIT`, and what the engine fails with, except for single bad files.
 */
export async function lookIntoFiles(request: LookRequest, files: readonly RemoteFile[]): Promise<Looked> {
  const keys = new Map<string, Set<PartitionKey>>(files.map(({ name }) => [name, new Set()]));
  // An empty file has no rows, nor columns to look for.
  const filled = files.filter(({ sizeBytes }) => sizeBytes !== 0);
  const schema = await describeNewest(request, filled);
  if (schema !== undefined) checkColumns(request.rule, schema);
  const looking: Looking = { ...request, unreadable: new Map(), isPlain: false };
  for (const counted of await lookIntoAll(looking, filled)) {
    if (counted.rowCount > 0) keys.get(counted.file)?.add(keyOf(request.rule, counted));
  }
  return {
    keys: new Map([...keys].map(([name, ofFile]) => [name, [...ofFile]])),
    unreadable: looking.unreadable,
  };
}

/**
 * The partitions that a file which can not be read belongs to: those that it held rows of before, or the time slice that
 * its name says. They fail with the cause when they are read, and no others; undefined when that can not be known.
 */
export function keysOfUnreadable(
  rule: RowRule,
  file: string,
  earlier: KeysByFile,
): readonly PartitionKey[] | undefined {
  const before = earlier.get(file);
  if (before !== undefined && before.length > 0) return before;
  const name = partitionKey(fileNameOf(file));
  const start = partitionStart(name);
  const grain = partitionGrain(name);
  if (rule.kind !== 'time' || start === undefined || grain === undefined) return undefined;
  return grains.indexOf(grain) < grains.indexOf(rule.by) ? undefined : [timeKey(start, rule.by)];
}

const grains: readonly TimeGrain[] = ['year', 'month', 'day', 'hour'];

const describedMax = 5;

/** The columns of the newest file that can be read; undefined when there is none, or the newest ones all are bad. */
async function describeNewest(
  request: LookRequest,
  files: readonly RemoteFile[],
): Promise<Schema | undefined> {
  let left = files;
  for (let tries = 0; tries < describedMax; tries++) {
    const newest = newestOf(left);
    if (newest === undefined) return undefined;
    const description = await describe(request, [newest]);
    if (description.ok) return description.value;
    if (!isOfFile(description.error)) throw new FailureError(description.error);
    left = left.filter((file) => file !== newest);
  }
  return undefined;
}

/** The columns of some files. */
export async function describe(
  { engine, reach, definition, reading, wait }: Omit<LookRequest, 'rule'>,
  files: readonly RemoteFile[],
): Promise<Outcome<Schema>> {
  wait.signal.throwIfAborted();
  const opened = await reach.open(definition, files, wait.signal);
  if (!opened.ok) return opened;
  await using open = opened.value;
  const described = await engine.describe({ kind: 'files', ...reading, files: open.files }, wait);
  return described.ok ? succeed(described.value.schema) : described;
}

/** Whether a failure says that one file is bad, and nothing of others. */
function isOfFile({ code }: Failure): boolean {
  return code === 'SOURCE_UNREADABLE' || code === 'SOURCE_EMPTY' || code === 'SOURCE_LIMIT';
}

function checkColumns(rule: RowRule, schema: Schema): void {
  for (const column of columnsOfRule(rule)) {
    if (columnNamed(column, schema) === undefined) throw new FailureError(columnMissing(column, schema));
  }
  if (rule.kind !== 'time') return;
  const type = columnNamed(rule.column, schema)?.type;
  // Texts may be dates as well: whether they are, the engine finds out.
  if (type === undefined || ['date', 'timestamp', 'string'].includes(type.kind)) return;
  throw new FailureError(columnUnfit(rule.column, `is of type ${type.native}, not a date or timestamp`));
}

type CountOfFile = PartitionCount & { readonly file: string };

/** What one listing finds out on its way. */
type Looking = LookRequest & {
  readonly unreadable: Map<string, Failure>;
  /** Whether the engine answers for files together alone. */
  isPlain: boolean;
};

async function lookIntoAll(looking: Looking, files: readonly RemoteFile[]): Promise<readonly CountOfFile[]> {
  const counts: (readonly CountOfFile[])[] = [];
  for (const portion of portionsOf(files, looking.reach.openBytesMax)) {
    counts.push(await lookIntoSome(looking, portion));
  }
  return counts.flat();
}

/** As many files as are opened at once. */
function portionsOf(files: readonly RemoteFile[], bytesMax: number): readonly (readonly RemoteFile[])[] {
  const portions: RemoteFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const portion = portions.at(-1);
    bytes += file.sizeBytes ?? 0;
    if (portion === undefined || portion.length >= limits.filesPerLookMax || bytes > bytesMax) {
      portions.push([file]);
      bytes = file.sizeBytes ?? 0;
    } else {
      portion.push(file);
    }
  }
  return portions;
}

/** One bad file must not hold up all others: when a request fails for one, each file is asked for by itself. */
async function lookIntoSome(looking: Looking, files: readonly RemoteFile[]): Promise<readonly CountOfFile[]> {
  if (looking.isPlain || files.length === 1) return await lookIntoEach(looking, files);
  const counts = await count(looking, files);
  if (!counts.ok) {
    if (isOfFile(counts.error)) return await lookIntoEach(looking, files);
    throw new FailureError(counts.error);
  }
  const names = new Set(files.map(({ name }) => name));
  const ofFiles = counts.value.flatMap((each) =>
    each.file !== undefined && names.has(each.file) ? [{ ...each, file: each.file }] : [],
  );
  if (ofFiles.length === counts.value.length) return ofFiles;
  looking.isPlain = true;
  return await lookIntoEach(looking, files);
}

const looksAtOnce = 4;

async function lookIntoEach(looking: Looking, files: readonly RemoteFile[]): Promise<readonly CountOfFile[]> {
  const counts: CountOfFile[] = [];
  for (let at = 0; at < files.length; at += looksAtOnce) {
    const some = files.slice(at, at + looksAtOnce);
    const found = await Promise.all(some.map((file) => lookIntoOne(looking, file)));
    for (const count of found.flat()) counts.push(count);
  }
  return counts;
}

async function lookIntoOne(looking: Looking, file: RemoteFile): Promise<readonly CountOfFile[]> {
  const counts = await count(looking, [file]);
  if (counts.ok) return counts.value.map((each) => ({ ...each, file: file.name }));
  if (!isOfFile(counts.error)) throw new FailureError(counts.error);
  looking.unreadable.set(file.name, counts.error);
  return [];
}

async function count(
  { engine, reach, definition, rule, reading, wait }: LookRequest,
  files: readonly RemoteFile[],
): Promise<Outcome<readonly PartitionCount[]>> {
  wait.signal.throwIfAborted();
  const opened = await reach.open(definition, files, wait.signal);
  if (!opened.ok) return opened;
  await using open = opened.value;
  const scan: FilesScan = { kind: 'files', ...reading, files: open.files };
  const outcome = await engine.partitionsOf({ scan, by: rule, perFile: true }, wait);
  const isUnfit = !outcome.ok && rule.kind === 'time' && outcome.error.code === 'QUERY_FAILED';
  return isUnfit
    ? fail(columnUnfit(rule.column, 'can not be read as a date or timestamp', outcome.error))
    : outcome;
}

function keyOf(rule: RowRule, { key, values }: PartitionCount): PartitionKey {
  if (rule.kind === 'time' || values === undefined) return key;
  if (!rule.columns.every((column) => Object.hasOwn(values, column))) return key;
  return columnsKey(rule.columns.map((column) => [column, values[column] ?? null]));
}
