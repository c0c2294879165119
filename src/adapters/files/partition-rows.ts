import { type Failure, FailureError, failure } from '../../base/errors.ts';
import type { PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { PartitionRule } from '../../core/datasets/definition.ts';
import { columnsKey, columnsOfKey } from '../../core/datasets/partition-key.ts';
import type { Schema } from '../../core/datasets/schema.ts';
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

/**
 * Opens files to find out which partitions they hold rows of, a bounded number in each request to the engine. Throws
 * `COLUMN_NOT_FOUND`, `PARTITION_COLUMN_UNFIT`, and what the engine fails with.
 */
export async function lookIntoFiles(request: LookRequest, files: readonly SourceFile[]): Promise<KeysByFile> {
  const keys = new Map<string, Set<PartitionKey>>(files.map(({ path }) => [path, new Set()]));
  // An empty file has no rows, nor columns to look for.
  const filled = files.filter(({ sizeBytes }) => sizeBytes > 0);
  const newest = newestOf(filled);
  if (newest === undefined) return withLists(keys);
  const schema = await describe(request, newest);
  checkColumns(request.rule, schema);
  for (let at = 0; at < filled.length; at += limits.filesPerLookMax) {
    for (const count of await look(request, filled.slice(at, at + limits.filesPerLookMax))) {
      const ofFile = keys.get(count.file);
      if (count.rowCount > 0) ofFile?.add(keyOf(request.rule, count));
    }
  }
  return withLists(keys);
}

/** How to read the rows of one partition. */
export function filterOf(rule: RowRule, key: PartitionKey): PartitionFilter {
  return rule.kind === 'time'
    ? { ...rule, key }
    : { kind: 'columns', values: Object.fromEntries(columnsOfKey(key) ?? []) };
}

function withLists(keys: ReadonlyMap<string, ReadonlySet<PartitionKey>>): KeysByFile {
  return new Map([...keys].map(([path, ofFile]) => [path, [...ofFile]]));
}

async function describe({ engine, scanOf, wait }: LookRequest, file: SourceFile): Promise<Schema> {
  const description = await engine.describe(scanOf([file]), wait);
  if (!description.ok) throw new FailureError(description.error);
  return description.value.schema;
}

function checkColumns(rule: RowRule, schema: Schema): void {
  const names = schema.map(({ name }) => name);
  for (const column of rule.kind === 'time' ? [rule.column] : rule.columns) {
    if (names.includes(column)) continue;
    const message = `The data has no column “${column}”${suggestion(column, names)}`;
    const hint = `The columns are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
    throw new FailureError(failure('COLUMN_NOT_FOUND', message, { hint, where: column }));
  }
  if (rule.kind !== 'time') return;
  const type = schema.find(({ name }) => name === rule.column)?.type;
  // Texts may be dates as well: whether they are, the engine finds out.
  if (type === undefined || ['date', 'timestamp', 'string'].includes(type.kind)) return;
  throw new FailureError(unfit(rule.column, `is of type ${type.native}, not a date or timestamp`));
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

/** An engine that does not tell files apart is asked for each of them. */
async function look(request: LookRequest, files: readonly SourceFile[]): Promise<readonly CountOfFile[]> {
  const counts = await count(request, files);
  const [only] = files;
  if (files.length === 1 && only !== undefined) return counts.map((each) => ({ ...each, file: only.path }));
  const paths = new Set(files.map(({ path }) => path));
  const ofFiles = counts.flatMap((each) =>
    each.file !== undefined && paths.has(each.file) ? [{ ...each, file: each.file }] : [],
  );
  if (ofFiles.length === counts.length) return ofFiles;
  const each: CountOfFile[] = [];
  for (const file of files) each.push(...(await look(request, [file])));
  return each;
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
  return columnsKey(rule.columns.map((column) => [column, values[column] ?? null]));
}
