import { FailureError, failure } from '../../base/errors.ts';
import type { RelationDefinition } from '../../core/datasets/provider-definition.ts';
import { identifier } from './sql.ts';

/** What stands behind `from`: a table, also of another database (`shop.orders`), or a query. */
export function relationSql(relation: RelationDefinition): string {
  if (relation.table !== undefined) return tableName(relation.table).map(identifier).join('.');
  // A comment at its end must not swallow what follows, and a semicolon would end the statement.
  return `(${relation.query.replace(/[;\s]+$/, '')}\n) as assay_rows`;
}

const quoted = '`((?:[^`]|``)+)`';
const plain = '([^`.]+)';
const tablePattern = new RegExp(`^(?:(?:${quoted}|${plain})\\.)?(?:${quoted}|(.+))$`, 's');

/** A name is quoted only if a dot within it could be taken for the one behind the database: `` `odd.name` ``. */
function tableName(table: string): string[] {
  const [, quotedDatabase, database = quotedDatabase, quotedName, name = quotedName] =
    tablePattern.exec(table) ?? [];
  if (name === undefined) {
    throw new FailureError(failure('SOURCE_NOT_FOUND', `"${table}" is no name of a table`, { where: table }));
  }
  return [database, name].flatMap((part) => (part === undefined ? [] : [part.replaceAll('``', '`')]));
}
