import type { RevisionView } from '../../../../src/services/registry/partition-history.ts';
import { numberText } from '../../parts/words.ts';

/** What is different in a revision from the one before it; without one, from the partition before it. */
export function revisionChanges(revision: RevisionView, before: RevisionView | undefined): readonly string[] {
  const changes = [...revision.schemaChanges];
  if (before === undefined) return changes;
  const rows = revision.rowCount - before.rowCount;
  if (rows !== 0) changes.unshift(`${numberText(Math.abs(rows))} ${rows > 0 ? 'more' : 'fewer'} rows`);
  const rejected = revision.rejected.count - before.rejected.count;
  if (rejected !== 0)
    changes.push(`${numberText(Math.abs(rejected))} ${rejected > 0 ? 'more' : 'fewer'} rejected`);
  return changes.length === 0 ? ['other values in as many rows'] : changes;
}
