import { type Failure, failure } from '../../base/errors.ts';
import type { PartitionKey } from '../../base/ids.ts';
import { suggestion } from '../text/nearest.ts';
import type { PartitionRule } from './definition.ts';
import { columnsOfKey } from './partition-key.ts';
import type { ColumnSchema, Schema } from './schema.ts';
import type { PartitionFilter } from './source.ts';

/** A rule that cuts by values of rows, so that a source must be looked into to know its partitions. */
export type RowRule = Extract<PartitionRule, { kind: 'time' | 'columns' }>;

/** How to read the rows of one partition. */
export function filterOf(rule: RowRule, key: PartitionKey): PartitionFilter {
  return rule.kind === 'time'
    ? { ...rule, key }
    : { kind: 'columns', values: Object.fromEntries(columnsOfKey(key) ?? []) };
}

/** The columns that a rule cuts by. */
export function columnsOfRule(rule: RowRule): readonly string[] {
  return rule.kind === 'time' ? [rule.column] : rule.columns;
}

const columnsNamed = 20;

/** `COLUMN_NOT_FOUND` that names the column that was probably meant. */
export function columnMissing(column: string, schema: Schema): Failure {
  const names = schema.map(({ name }) => name);
  const message = `The data has no column “${column}”${suggestion(column, names)}`;
  const more = names.length > columnsNamed ? ', …' : '';
  const hint = `The columns are ${names.slice(0, columnsNamed).join(', ')}${more}`;
  return failure('COLUMN_NOT_FOUND', message, { hint, where: column });
}

/** `PARTITION_COLUMN_UNFIT`; `what` says why, as in “is of type DOUBLE, not a date or timestamp”. */
export function columnUnfit(column: string, what: string, cause?: Failure): Failure {
  return failure('PARTITION_COLUMN_UNFIT', `The partition column “${column}” ${what}`, {
    hint: 'Name a date or timestamp column, or use partition: {columns: […]}',
    where: column,
    cause: cause?.message,
  });
}

/** The column of that name. As in SQL, case counts only where names differ by it alone. */
export function columnNamed(column: string, schema: Schema): ColumnSchema | undefined {
  return (
    schema.find(({ name }) => name === column) ??
    schema.find(({ name }) => name.toLowerCase() === column.toLowerCase())
  );
}
