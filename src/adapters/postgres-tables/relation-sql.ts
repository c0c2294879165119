import { FailureError, failure } from '../../base/errors.ts';
import type { RelationDefinition } from '../../core/datasets/provider-definition.ts';
import { identifier } from './sql.ts';

/** What statements call the relation: a name that no column is likely to have, so that it stands for the whole row. */
export const rowName = '"assay row"';

/** A relation as it stands in a FROM clause. Throws `SOURCE_NOT_FOUND` for a name that can be none. */
export function relationSql(relation: RelationDefinition): string {
  // The line break ends a comment at the end of the query.
  const from = relation.table === undefined ? `(${bare(relation.query)}\n)` : tableName(relation.table);
  return `${from} as ${rowName}`;
}

/** A query without the semicolons that people end it with. */
function bare(query: string): string {
  return query.replace(/[;\s]+$/, '');
}

const namePart = /(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))(\.|$)/uy;

/**
 * The quoted name of a table. As in SQL, what is not quoted is in lower case; unlike there, it may be a reserved word.
 */
export function tableName(text: string): string {
  const parts: string[] = [];
  namePart.lastIndex = 0;
  while (namePart.lastIndex < text.length) {
    const [, quoted, plain, end] = namePart.exec(text) ?? [];
    const part = quoted?.replaceAll('""', '"') ?? plain?.toLowerCase();
    if (part === undefined) break;
    parts.push(identifier(part));
    if (end !== '.') return parts.join('.');
  }
  throw new FailureError(
    failure('SOURCE_NOT_FOUND', `${JSON.stringify(text)} is not the name of a table`, {
      hint: 'Write table: orders, table: sales.orders, or table: \'sales."Mixed Case"\'',
    }),
  );
}
