import { sql } from 'kysely';
import type { DatasetName, PartitionKey } from '../../../base/ids.ts';
import type { ResultStatus } from '../../../core/checks/result.ts';
import { countStatuses } from '../../../core/checks/status.ts';
import type { PartitionCounts } from '../../../ports/quality-store.ts';
import type { Connection } from '../transact.ts';

/** How many results of each status the highest evaluated revision of each partition has, in partition order. */
export async function countStatusesByPartition(
  db: Connection,
  dataset: DatasetName,
): Promise<readonly PartitionCounts[]> {
  const { rows } = await sql<{ partition: PartitionKey; status: ResultStatus; count: number }>`
    select newest.partition, result.status, count(*)::integer as count
    from (
      select distinct on (partition) id, partition from evaluation
      where dataset = ${dataset} order by partition, revision desc
    ) as newest
    join result on result.evaluation = newest.id
    group by newest.partition, result.status
    order by newest.partition`.execute(db);
  const found = new Map<PartitionKey, Record<ResultStatus, number>>();
  for (const { partition, status, count } of rows) {
    const counts = found.get(partition) ?? countStatuses([]);
    counts[status] = count;
    found.set(partition, counts);
  }
  return Array.from(found, ([partition, counts]) => ({ partition, counts }));
}
