import type { RelationDefinition } from '../../core/datasets/provider-definition.ts';
import { identifier } from './sql.ts';

/** What stands behind `from`: a table or view, or a query. */
export function relationSql(relation: RelationDefinition): string {
  if (relation.table !== undefined) return identifier(relation.table);
  // A comment at its end must not swallow what follows, and a semicolon would end the statement.
  return `(${relation.query.replace(/[;\s]+$/, '')}\n)`;
}
