import { sql } from 'kysely';
import type { DatasetName } from '../../../base/ids.ts';
import { ofRemovedDatasets } from '../batches/stored-batches.ts';
import type { Work } from '../transact.ts';

/**
 * Removes a dataset with everything about it; false when there is none. Its jobs go first: that waits for commits in
 * flight and refuses all later ones. A commit that it waited for may have enqueued another job, hence the second time.
 */
export async function removeDataset(trx: Work, dataset: DatasetName): Promise<boolean> {
  const removed = await trx.deleteFrom('dataset').where('name', '=', dataset).returning('name').execute();
  if (removed.length === 0) return false;
  await trx.deleteFrom('job').where('dataset', '=', dataset).execute();
  await trx.deleteFrom('job').where('dataset', '=', dataset).execute();
  for (const table of bulkTables) {
    await sql`
      delete from ${sql.table(table)} using evaluation
      where evaluation.dataset = ${dataset} and evaluation.id = ${sql.table(table)}.evaluation`.execute(trx);
  }
  for (const table of datasetTables) await trx.deleteFrom(table).where('dataset', '=', dataset).execute();
  await trx
    .updateTable('stored_batch')
    .set({ dataset: ofRemovedDatasets })
    .where('dataset', '=', dataset)
    .execute();
  return true;
}

const bulkTables = ['metric_value', 'metric_detail', 'result'] as const;

const datasetTables = [
  'evaluation',
  'profile',
  'query_outcome',
  'batch',
  'revision',
  'partition',
  'listing',
  'incident',
  'outbox',
] as const;
