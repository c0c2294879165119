import type { Schema } from './schema.ts';

/** One difference between a schema and the one before it. */
export type SchemaChange =
  | { readonly kind: 'added'; readonly column: string; readonly type: string }
  | { readonly kind: 'removed'; readonly column: string; readonly type: string }
  | { readonly kind: 'retyped'; readonly column: string; readonly from: string; readonly to: string }
  | { readonly kind: 'reordered'; readonly columns: readonly string[] };

/** What changed from `before` to `after`. Order counts only among the columns that both have. */
export function schemaChanges(before: Schema, after: Schema): SchemaChange[] {
  const old = new Map(before.map((column) => [column.name, column.type.native]));
  const now = new Map(after.map((column) => [column.name, column.type.native]));
  const changes: SchemaChange[] = [];
  for (const [column, type] of now) {
    const from = old.get(column);
    if (from === undefined) changes.push({ kind: 'added', column, type });
    else if (from !== type) changes.push({ kind: 'retyped', column, from, to: type });
  }
  for (const [column, type] of old) {
    if (!now.has(column)) changes.push({ kind: 'removed', column, type });
  }
  const kept = [...old.keys()].filter((column) => now.has(column));
  const order = [...now.keys()].filter((column) => old.has(column));
  if (kept.some((column, at) => column !== order[at])) changes.push({ kind: 'reordered', columns: order });
  return changes;
}

/** A change in words: `column added: gate VARCHAR`. */
export function describeSchemaChange(change: SchemaChange): string {
  switch (change.kind) {
    case 'added':
      return `column added: ${change.column} ${change.type}`;
    case 'removed':
      return `column removed: ${change.column} ${change.type}`;
    case 'retyped':
      return `type changed: ${change.column} from ${change.from} to ${change.to}`;
    case 'reordered':
      return `columns reordered: ${change.columns.join(', ')}`;
  }
}
