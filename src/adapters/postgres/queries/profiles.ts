import { type RawBuilder, sql } from 'kysely';
import type { DatasetName } from '../../../base/ids.ts';
import { MiB } from '../../../base/units.ts';
import type { RevisionRef } from '../../../core/datasets/revision.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from '../../../ports/commit.ts';
import type { RevisionProfiles } from '../../../ports/quality-store.ts';
import { jsonRows } from '../json-rows.ts';
import { claimed, commitTaskAtOnce } from '../task-fence.ts';
import type { Connection } from '../transact.ts';

/**
 * The profiles of revisions of one dataset, in their order: of each its batches' in batch order, absent ones undefined;
 * none of a revision that does not exist. Ends before the revision with which they would exceed `bytesMax`.
 */
export async function profilesOf(
  db: Connection,
  revisions: readonly RevisionRef[],
  bytesMax = Number.POSITIVE_INFINITY,
): Promise<readonly RevisionProfiles[]> {
  const [first] = revisions;
  if (first === undefined) return [];
  const wanted = { dataset: first.dataset, given: givenRevisions(revisions) };
  const { profiles, bytes } = await emptyLists(db, wanted, bytesMax);
  const batches = profiles.reduce((sum, list) => sum + list.length, 0);
  // Bytes come as hexadecimal text: in pieces, so that never more than some megabytes are both.
  const limit = Math.max(1, Math.min(batchesPerRead, Math.floor((bytesPerRead * batches) / bytes) || 1));
  for (let [position, batch] = [0, -1]; position < profiles.length; ) {
    const rows = await nextProfiles(db, wanted, { position, batch, end: profiles.length, limit });
    for (const row of rows) {
      const list = profiles[row.position];
      if (list !== undefined && row.batch < list.length) list[row.batch] = row.bytes;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    [position, batch] = [last.position, last.batch];
  }
  return profiles;
}

const batchesPerRead = 64;
const bytesPerRead = 4 * MiB;

type Wanted = { readonly dataset: DatasetName; readonly given: RawBuilder<unknown> };

/** The revisions as a table of their position, partition and number. */
export function givenRevisions(revisions: readonly RevisionRef[]): RawBuilder<unknown> {
  const rows = revisions.map(({ partition, number }, position) => ({ position, partition, number }));
  return sql`json_to_recordset(${jsonRows(rows)})
    as given (position integer, partition text collate "C", number integer)`;
}

/** A list with a place for each batch, of as many revisions as fit. */
async function emptyLists(
  db: Connection,
  { dataset, given }: Wanted,
  bytesMax: number,
): Promise<{ readonly profiles: (Uint8Array | undefined)[][]; readonly bytes: number }> {
  const { rows } = await sql<{ count: number; bytes: number }>`
    select coalesce(revision.batch_count, 0)::integer as count, (
      select coalesce(sum(octet_length(bytes)), 0)::double precision from profile
      where profile.dataset = ${dataset} and profile.partition = given.partition
        and profile.revision = given.number
    ) as bytes
    from ${given}
    left join revision on revision.dataset = ${dataset} and revision.partition = given.partition
      and revision.number = given.number
    order by given.position`.execute(db);
  const profiles: undefined[][] = [];
  let total = 0;
  for (const { count, bytes } of rows) {
    if (total + bytes > bytesMax) break;
    total += bytes;
    profiles.push(Array.from({ length: count }, () => undefined));
  }
  return { profiles, bytes: total };
}

async function nextProfiles(
  db: Connection,
  { dataset, given }: Wanted,
  from: {
    readonly position: number;
    readonly batch: number;
    readonly end: number;
    readonly limit: number;
  },
): Promise<readonly { position: number; batch: number; bytes: Uint8Array }[]> {
  const { rows } = await sql<{ position: number; batch: number; bytes: Uint8Array }>`
    select given.position, profile.batch, profile.bytes
    from ${given}
    join profile on profile.dataset = ${dataset} and profile.partition = given.partition
      and profile.revision = given.number
    where (given.position, profile.batch) > (${from.position}::integer, ${from.batch}::integer)
      and given.position < ${from.end}::integer
    order by given.position, profile.batch limit ${from.limit}`.execute(db);
  return rows;
}

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
