import { createHash } from 'node:crypto';
import type { TableProviderDefinition } from '../../core/datasets/provider-definition.ts';
import type { MarkRule, RowGroup, TableColumn } from '../../ports/table-source.ts';
import { exactColumn } from './table-columns.ts';

const fingerprintLength = 32;

/** How far a table may grow before what tells changes of it becomes another: that makes every partition look changed. */
const growthMax = 4;

/**
 * What tells a changed partition: the updated column where there is one. Without one, the content of a table that may be
 * scanned at each look; of a larger one, the number of rows alone. `before` is what told it at the last listing.
 */
export function markRuleOf(
  { updatedColumn }: Pick<TableProviderDefinition, 'updatedColumn'>,
  columns: readonly TableColumn[],
  size: { readonly rowsAbout: number; readonly scanRowsMax: number; readonly before: unknown },
): MarkRule {
  if (updatedColumn !== undefined) {
    return { kind: 'updated', column: exactColumn(updatedColumn, columns).name };
  }
  const rowsMax = size.before === 'content' ? growthMax * size.scanRowsMax : size.scanRowsMax;
  return { kind: size.rowsAbout <= rowsMax ? 'content' : 'count' };
}

/** A fingerprint, which starts with the kind of mark that it was made of. `reading` is how the rows are read. */
export function fingerprintOf({ kind }: MarkRule, group: RowGroup, reading: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify([reading, group.rowCount, group.mark]));
  return `${kind}:${hash.digest('hex').slice(0, fingerprintLength)}`;
}

/** The kind of mark that a fingerprint was made of. */
export function markKindOf(fingerprint: string): string {
  return fingerprint.slice(0, fingerprint.indexOf(':'));
}
