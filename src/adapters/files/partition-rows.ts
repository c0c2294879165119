import { basename } from 'node:path';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import { type PartitionKey, partitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { PartitionRule, TimeGrain } from '../../core/datasets/definition.ts';
import {
  columnsKey,
  columnsOfKey,
  partitionGrain,
  partitionStart,
  timeKey,
} from '../../core/datasets/partition-key.ts';
import type { ColumnSchema, Schema } from '../../core/datasets/schema.ts';
import type { PartitionFilter, SourceFile } from '../../core/datasets/source.ts';
import { suggestion } from '../../core/text/nearest.ts';
import type { Engine, PartitionCount, PartitionsOfRequest } from '../../ports/engine.ts';
import type { Wait } from '../../ports/provider.ts';
import type { KeysByFile } from './remembered-files.ts';
import { newestOf, type ScanOf } from './scan.ts';

/** A rule that cuts by values of rows, so that files must be opened to know their partitions. */
export type RowRule = Extract<PartitionRule, { kind: 'time' | 'columns' }>;

export type LookRequest = {
  readonly engine: Engine;
  readonly rule: RowRule;
  readonly scanOf: ScanOf;
  readonly wait: Wait;
};

export type Looked = {
  readonly keys: KeysByFile;
  /** Files that can not be read at all, by path, with the reason. */
  readonly unreadable: ReadonlyMap<string, Failure>;
};

/**
 * Opens files to find out which partitions they hold rows of, a bounded number in each request to the engine. Throws
 * `COLUMN_NOT_FOUND`, `PARTITION_COLUMN_UNFIT`, and what the engine fails with, except for single bad files.
 */
export async function lookIntoFiles(request: LookRequest, files: readonly SourceFile[]): Promise<Looked> {
  const keys = new Map<string, Set<PartitionKey>>(files.map(({ path }) => [path, new Set()]));
  const unreadable = new Map<string, Failure>();
  // An empty file has no rows, nor columns to look for.
  const filled = files.filter(({ sizeBytes }) => sizeBytes > 0);
  const schema = await describeNewest(request, filled);
  if (schema !== undefined) checkColumns(request.rule, schema);
  for (let at = 0; at < filled.length; at += limits.filesPerLookMax) {
    const counts = await lookOrSetAside(request, filled.slice(at, at + limits.filesPerLookMax), unreadable);
    for (const count of counts) {
      if (count.rowCount > 0) keys.get(count.file)?.add(keyOf(request.rule, count));
    }
  }
  return { keys: new Map([...keys].map(([path, ofFile]) => [path, [...ofFile]])), unreadable };
}

/**
 * The partitions that a file which can not be read belongs to: those that it held rows of before, or the time slice that
 * its name says. They fail with the cause when they are read, and no others; undefined when that can not be known.
 */
export function keysOfUnreadable(
  rule: RowRule,
  path: string,
  earlier: KeysByFile,
): readonly PartitionKey[] | undefined {
  const before = earlier.get(path);
  if (before !== undefined && before.length > 0) return before;
  const name = partitionKey(basename(path));
  const start = partitionStart(name);
  const grain = partitionGrain(name);
  if (rule.kind !== 'time' || start === undefined || grain === undefined) return undefined;
  return grains.indexOf(grain) < grains.indexOf(rule.by) ? undefined : [timeKey(start, rule.by)];
}

const grains: readonly TimeGrain[] = ['year', 'month', 'day', 'hour'];

/** How to read the rows of one partition. */
export function filterOf(rule: RowRule, key: PartitionKey): PartitionFilter {
  return rule.kind === 'time'
    ? { ...rule, key }
    : { kind: 'columns', values: Object.fromEntries(columnsOfKey(key) ?? []) };
}

const describedMax = 5;

/** The columns of the newest file that can be read; undefined when there is none, or the newest ones all are bad. */
async function describeNewest(
  { engine, scanOf, wait }: LookRequest,
  files: readonly SourceFile[],
): Promise<Schema | undefined> {
  let left = files;
  for (let tries = 0; tries < describedMax; tries++) {
    const newest = newestOf(left);
    if (newest === undefined) return undefined;
    wait.signal.throwIfAborted();
    const description = await engine.describe(scanOf([newest]), wait);
    if (description.ok) return description.value.schema;
    if (!isOfFile(description.error)) throw new FailureError(description.error);
    left = left.filter((file) => file !== newest);
  }
  return undefined;
}

/** Whether a failure says that one file is bad, and nothing of others. */
function isOfFile({ code }: Failure): boolean {
  return code === 'SOURCE_UNREADABLE' || code === 'SOURCE_EMPTY' || code === 'SOURCE_LIMIT';
}

function checkColumns(rule: RowRule, schema: Schema): void {
  const names = schema.map(({ name }) => name);
  for (const column of rule.kind === 'time' ? [rule.column] : rule.columns) {
    if (columnNamed(column, schema) !== undefined) continue;
    const message = `The data has no column “${column}”${suggestion(column, names)}`;
    const hint = `The columns are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
    throw new FailureError(failure('COLUMN_NOT_FOUND', message, { hint, where: column }));
  }
  if (rule.kind !== 'time') return;
  const type = columnNamed(rule.column, schema)?.type;
  // Texts may be dates as well: whether they are, the engine finds out.
  if (type === undefined || ['date', 'timestamp', 'string'].includes(type.kind)) return;
  throw new FailureError(unfit(rule.column, `is of type ${type.native}, not a date or timestamp`));
}

/** As in SQL, case does not count. */
function columnNamed(column: string, schema: Schema): ColumnSchema | undefined {
  return schema.find(({ name }) => name.toLowerCase() === column.toLowerCase());
}

function unfit(column: string, what: string, cause?: Failure): Failure {
  const hint = 'Name a date or timestamp column, or use partition: {columns: […]}';
  return failure('PARTITION_COLUMN_UNFIT', `The partition column “${column}” ${what}`, {
    hint,
    where: column,
    cause: cause?.message,
  });
}

type CountOfFile = PartitionCount & { readonly file: string };

/** One bad file must not hold up all others: when a request fails for one, each file is asked for by itself. */
async function lookOrSetAside(
  request: LookRequest,
  files: readonly SourceFile[],
  unreadable: Map<string, Failure>,
): Promise<readonly CountOfFile[]> {
  try {
    return await look(request, files);
  } catch (error) {
    const [only] = files;
    if (!(error instanceof FailureError && isOfFile(error.failure)) || only === undefined) throw error;
    if (files.length === 1) {
      unreadable.set(only.path, error.failure);
      return [];
    }
  }
  return await lookIntoEach(files, (file) => lookOrSetAside(request, [file], unreadable));
}

async function look(request: LookRequest, files: readonly SourceFile[]): Promise<readonly CountOfFile[]> {
  const counts = await count(request, files);
  const [only] = files;
  if (files.length === 1 && only !== undefined) return counts.map((each) => ({ ...each, file: only.path }));
  const paths = new Set(files.map(({ path }) => path));
  const ofFiles = counts.flatMap((each) =>
    each.file !== undefined && paths.has(each.file) ? [{ ...each, file: each.file }] : [],
  );
  // An engine that does not tell files apart is asked for each of them.
  return ofFiles.length === counts.length
    ? ofFiles
    : await lookIntoEach(files, (file) => look(request, [file]));
}

async function lookIntoEach(
  files: readonly SourceFile[],
  lookInto: (file: SourceFile) => Promise<readonly CountOfFile[]>,
): Promise<readonly CountOfFile[]> {
  const counts: (readonly CountOfFile[])[] = [];
  for (const file of files) counts.push(await lookInto(file));
  return counts.flat();
}

async function count(request: LookRequest, files: readonly SourceFile[]): Promise<readonly PartitionCount[]> {
  const { engine, rule, scanOf, wait } = request;
  wait.signal.throwIfAborted();
  const by: PartitionsOfRequest['by'] = rule;
  const outcome = await engine.partitionsOf({ scan: scanOf(files), by, perFile: true }, wait);
  if (outcome.ok) return outcome.value;
  const isUnfit = rule.kind === 'time' && outcome.error.code === 'QUERY_FAILED';
  throw new FailureError(
    isUnfit ? unfit(rule.column, 'can not be read as a date or timestamp', outcome.error) : outcome.error,
  );
}

function keyOf(rule: RowRule, { key, values }: PartitionCount): PartitionKey {
  if (rule.kind === 'time' || values === undefined) return key;
  if (!rule.columns.every((column) => Object.hasOwn(values, column))) return key;
  return columnsKey(rule.columns.map((column) => [column, values[column] ?? null]));
}
