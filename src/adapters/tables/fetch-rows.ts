import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, FailureError, failure } from '../../base/errors.ts';
import { otherProvider } from '../../core/datasets/other-provider.ts';
import type { TableProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { FilesScan, PartitionFilter, SourceFile, TableScan } from '../../core/datasets/source.ts';
import type { FetchRequest } from '../../ports/provider.ts';
import type {
  CopyRequest,
  GroupRule,
  MarkRule,
  RowGroup,
  TableColumn,
  TableSession,
} from '../../ports/table-source.ts';
import { fingerprintOf, markKindOf } from './fingerprint.ts';
import { mergeGroups } from './merge-groups.ts';
import { refuseScan } from './refuse-scan.ts';
import { exactColumn, exactRule, relationName, schemaOf } from './table-columns.ts';

/**
 * Writes the rows of a listed partition to a file, after its fingerprint was found to be the listed one, in the same
 * session. What is half written is removed.
 */
export async function fetchRows(
  session: TableSession,
  { definition, listed, directory, onProgress }: FetchRequest,
  scanRowsMax: number,
): Promise<FilesScan> {
  const { scan, fingerprint } = listed;
  if (scan.kind !== 'table') throw otherProvider();
  const { columns, rowsAbout } = await session.describe(scan.relation);
  const mark = markOf(definition.provider as TableProviderDefinition, { fingerprint, columns });
  if (scan.filter !== undefined && rowsAbout > scanRowsMax) {
    await refuseScan(session, { relation: scan.relation, filter: scan.filter }, scanRowsMax);
  }
  const rule = exactRule(ruleOf(scan.filter), columns);
  const only = scan.filter === undefined ? {} : { only: [scan.filter] };
  const groups = await session.groups({ relation: scan.relation, rule, mark, max: 1, ...only });
  const [group] = mergeGroups(groups);
  if (group === undefined || fingerprintOf(mark, group, scan.relation) !== fingerprint) {
    throw new FailureError(changed(scan));
  }
  const copied = await copyRows(session, { scan, columns, group, directory, onProgress });
  return {
    kind: 'files',
    format: 'csv',
    files: [copied.file],
    hiveKeys: [],
    columns: schemaOf(columns),
    rowCount: group.rowCount,
    ...(copied.isLinewise ? { isLinewise: true } : {}),
  };
}

/** The mark that a fingerprint was made of: a table that has grown meanwhile is told by the same as before. */
function markOf(
  { updatedColumn }: TableProviderDefinition,
  of: { readonly fingerprint: string; readonly columns: readonly TableColumn[] },
): MarkRule {
  const kind = markKindOf(of.fingerprint);
  if (kind === 'content' || kind === 'count') return { kind };
  // A definition that has lost its updated column since makes a fingerprint that fits none.
  if (updatedColumn === undefined) return { kind: 'count' };
  return { kind: 'updated', column: exactColumn(updatedColumn, of.columns).name };
}

function ruleOf(filter: PartitionFilter | undefined): GroupRule {
  if (filter === undefined) return { kind: 'none' };
  return filter.kind === 'time'
    ? { kind: 'time', column: filter.column, by: filter.by }
    : { kind: 'columns', columns: Object.keys(filter.values) };
}

function changed({ relation }: TableScan): Failure {
  return failure(
    'SOURCE_CHANGED',
    `The rows of ${relationName(relation)} are no longer those that were listed`,
    {
      where: relationName(relation),
      hint: 'The next listing finds the partition as it is then; it is read again',
    },
  );
}

type Copying = {
  readonly scan: TableScan;
  readonly columns: readonly TableColumn[];
  readonly group: RowGroup;
  readonly directory: string;
  readonly onProgress: FetchRequest['onProgress'];
};

async function copyRows(
  session: TableSession,
  { scan, columns, group, directory, onProgress }: Copying,
): Promise<{ readonly file: SourceFile; readonly isLinewise: boolean }> {
  const path = join(directory, 'rows.csv');
  const request: CopyRequest = {
    relation: scan.relation,
    columns,
    path,
    ...(scan.filter === undefined ? {} : { filter: scan.filter }),
    onRows: (rows) => onProgress?.(Math.min(1, rows / Math.max(1, group.rowCount))),
  };
  try {
    const { rowCount, isLinewise } = await session.copy(request);
    // Where the database keeps no state of the data for a session, rows may come and go in between.
    if (rowCount !== group.rowCount) throw new FailureError(changed(scan));
    const { size, mtimeMs } = await stat(path);
    const origin = relationName(scan.relation);
    return { file: { path, sizeBytes: size, modifiedAtMs: mtimeMs, origin }, isLinewise };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
