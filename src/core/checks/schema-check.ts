import type { RevisionRef } from '../datasets/revision.ts';
import type { Schema } from '../datasets/schema.ts';
import { type SchemaChange, schemaChanges } from '../datasets/schema-change.ts';
import type { Result, ResultStatus } from './result.ts';
import { resultIdOf } from './result-id.ts';

/** A schema and the revision that had it. */
export type KnownSchema = { readonly revision: RevisionRef; readonly schema: Schema };

/** Compares a revision's columns with those of the partition before it. Without one, there is nothing to judge. */
export function schemaResult(
  revision: RevisionRef,
  schema: Schema,
  previous: KnownSchema | undefined,
): Result {
  const changes = previous === undefined ? [] : schemaChanges(previous.schema, schema);
  const status = previous === undefined ? 'not_evaluated' : schemaStatus(changes);
  return {
    id: resultIdOf(revision, 'schema'),
    revision,
    check: 'schema',
    metric: 'schema',
    status,
    ...(changes.length === 0 ? {} : { severity: Math.max(...changes.map(schemaSeverity)) }),
    record: {
      kind: 'schema',
      changes,
      ...(previous === undefined ? {} : { comparedWith: previous.revision }),
    },
  };
}

/** An added column warns; one that is gone, has another type or another place fails. */
export function schemaStatus(changes: readonly SchemaChange[]): ResultStatus {
  if (changes.length === 0) return 'pass';
  return changes.every(({ kind }) => kind === 'added') ? 'warn' : 'fail';
}

const severities = { added: 1.2, reordered: 3, retyped: 50, removed: 100 } as const;

function schemaSeverity(change: SchemaChange): number {
  return severities[change.kind];
}
