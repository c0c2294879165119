import { FailureError, failure } from '../../base/errors.ts';
import { uniqueNames } from '../../core/datasets/column-names.ts';
import type { PartitionRule } from '../../core/datasets/definition.ts';
import type { RelationDefinition } from '../../core/datasets/provider-definition.ts';
import { columnMissing, columnNamed, columnUnfit } from '../../core/datasets/row-rule.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { GroupRule, TableColumn } from '../../ports/table-source.ts';

/** The columns as they are read: names that differ by case alone are made different. Throws `SOURCE_EMPTY` for none. */
export function schemaOf(columns: readonly TableColumn[]): Schema {
  if (columns.length === 0) throw new FailureError(failure('SOURCE_EMPTY', 'The table has no columns'));
  const { names } = uniqueNames(columns.map(({ name }) => name));
  return columns.map(({ name, type }, at) => ({ name: names[at] ?? name, type }));
}

/**
 * A rule with its columns named exactly as the database does. Throws `COLUMN_NOT_FOUND` and `PARTITION_COLUMN_UNFIT`.
 */
export function exactRule(rule: PartitionRule, columns: readonly TableColumn[]): GroupRule {
  switch (rule.kind) {
    case 'none':
      return rule;
    case 'time':
      return { ...rule, column: timeColumn(rule, columns).name };
    case 'columns':
      return { ...rule, columns: rule.columns.map((column) => groupedColumn(column, columns).name) };
    case 'path':
    case 'file':
      throw new FailureError(
        failure('PARTITION_COLUMN_UNFIT', `A table can not be cut by ${rule.kind}`, {
          hint: 'Use partition: {column: …, by: day} or partition: {columns: […]}',
        }),
      );
  }
}

/** A column as the database names it. Throws `COLUMN_NOT_FOUND`. */
export function exactColumn(column: string, columns: readonly TableColumn[]): TableColumn {
  const found = columnNamed(column, columns);
  if (found === undefined) throw new FailureError(columnMissing(column, columns));
  return found;
}

function timeColumn(
  { column, by }: Extract<PartitionRule, { kind: 'time' }>,
  columns: readonly TableColumn[],
): TableColumn {
  const found = exactColumn(column, columns);
  const { kind, native } = found.type;
  if (kind !== 'date' && kind !== 'timestamp') {
    throw new FailureError(columnUnfit(found.name, `is of type ${native}, not a date or timestamp`));
  }
  if (kind === 'date' && by === 'hour') {
    throw new FailureError(columnUnfit(found.name, 'is a date: it has no hours'));
  }
  return found;
}

function groupedColumn(column: string, columns: readonly TableColumn[]): TableColumn {
  const found = exactColumn(column, columns);
  if (found.isOpaque) throw new FailureError(columnUnfit(found.name, 'has values that can not be compared'));
  return found;
}

/** How people know a relation. */
export function relationName({ table }: RelationDefinition): string {
  return table ?? 'the query';
}
