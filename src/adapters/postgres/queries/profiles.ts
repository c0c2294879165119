import type { RevisionRef } from '../../../core/datasets/revision.ts';
import type { Connection, Work } from '../transact.ts';

/** The profiles of a revision's batches, in batch order; absent ones are undefined. */
export async function profilesOf(
  db: Connection,
  { dataset, partition, number }: RevisionRef,
): Promise<readonly (Uint8Array | undefined)[]> {
  const revision = await db
    .selectFrom('revision')
    .select('batch_count')
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .where('number', '=', number)
    .executeTakeFirst();
  const profiles: (Uint8Array | undefined)[] = Array.from({ length: revision?.batch_count ?? 0 });
  for (let start = 0; start < profiles.length; start += batchesPerRead) {
    const rows = await db
      .selectFrom('profile')
      .select(['batch', 'bytes'])
      .where('dataset', '=', dataset)
      .where('partition', '=', partition)
      .where('revision', '=', number)
      .where('batch', '>=', start)
      .where('batch', '<', Math.min(start + batchesPerRead, profiles.length))
      .execute();
    for (const row of rows) profiles[row.batch] = row.bytes;
  }
  return profiles;
}

/** Bytes come as hexadecimal text: in pieces, so that never more than some megabytes are both. */
const batchesPerRead = 64;

/** Keeps the profile of one batch; a later measurement of it replaces the earlier. */
export async function upsertProfile(
  trx: Work,
  profile: { readonly revision: RevisionRef; readonly batch: number; readonly bytes: Uint8Array },
): Promise<void> {
  const { dataset, partition, number } = profile.revision;
  const { batch, bytes } = profile;
  await trx
    .insertInto('profile')
    .values({ dataset, partition, revision: number, batch, bytes })
    .onConflict((conflict) =>
      conflict
        .columns(['dataset', 'partition', 'revision', 'batch'])
        .doUpdateSet((row) => ({ bytes: row.ref('excluded.bytes') })),
    )
    .execute();
}
