import { sql } from 'kysely';
import type { RevisionRef } from '../../../core/datasets/revision.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from '../../../ports/commit.ts';
import { claimed, commitTaskAtOnce } from '../task-fence.ts';
import type { Connection } from '../transact.ts';

/** The profiles of a revision's batches, in batch order; absent ones are undefined. */
export async function profilesOf(
  db: Connection,
  { dataset, partition, number }: RevisionRef,
): Promise<readonly (Uint8Array | undefined)[]> {
  const profiles: (Uint8Array | undefined)[] = [];
  let count = 1;
  for (let start = 0; start < count; start += batchesPerRead) {
    const { rows } = await sql<{ count: number; batch: number | null; bytes: Uint8Array | null }>`
      select revision.batch_count as count, profile.batch, profile.bytes
      from revision left join profile
        on profile.dataset = revision.dataset and profile.partition = revision.partition
        and profile.revision = revision.number and profile.batch < revision.batch_count
        and profile.batch >= ${start} and profile.batch < ${start + batchesPerRead}
      where revision.dataset = ${dataset} and revision.partition = ${partition} and revision.number = ${number}`.execute(
      db,
    );
    count = rows[0]?.count ?? 0;
    profiles.length = count;
    for (const { batch, bytes } of rows) if (batch !== null && bytes !== null) profiles[batch] = bytes;
  }
  return Array.from(profiles);
}

/** Bytes come as hexadecimal text: in pieces, so that never more than some megabytes are both. */
const batchesPerRead = 64;

/** Commits the profile of one batch; a later measurement of it replaces the earlier. */
export function commitMeasure(
  db: Connection,
  commit: TaskCommit<OutputOf<'measure'>>,
  profile: { readonly revision: RevisionRef; readonly batch: number; readonly bytes: Uint8Array },
): Promise<CommitOutcome> {
  const { dataset, partition, number } = profile.revision;
  const statement = sql`
    with ${claimed(commit, commit.output)},
    measured as (
      insert into profile (dataset, partition, revision, batch, bytes)
      select ${dataset}, ${partition}, ${number}::integer, ${profile.batch}::integer, ${profile.bytes}::bytea
      from claimed
      on conflict (dataset, partition, revision, batch) do update set bytes = excluded.bytes
    )
    select job from claimed`;
  return commitTaskAtOnce(db, commit, statement);
}
