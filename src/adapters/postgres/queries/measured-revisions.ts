import { sql } from 'kysely';
import type { DatasetName, PartitionKey } from '../../../base/ids.ts';
import { inFrame } from '../../../core/datasets/partition-key.ts';
import type { Revision } from '../../../core/datasets/revision.ts';
import { encodeJson } from '../json.ts';
import { revisionOf } from '../revision-row.ts';
import type { RevisionTable } from '../schema.ts';
import type { Connection } from '../transact.ts';

type Request = {
  readonly dataset: DatasetName;
  readonly from?: string;
  readonly to?: string;
  readonly after?: PartitionKey;
  readonly limit: number;
};

/**
 * The newest revisions of a frame of partitions whose batches all have a profile, in order. Whether a key is in the frame
 * is the domain's affair (`inFrame`), so that keys are read first, and rows of those alone that count.
 */
export async function measuredRevisions(
  db: Connection,
  request: Request,
): Promise<readonly Omit<Revision, 'batches'>[]> {
  const keys = await measuredKeys(db, request);
  if (keys.length === 0) return [];
  const { rows } = await sql<RevisionTable>`
    select revision.* from partition
    join revision on revision.dataset = partition.dataset and revision.partition = partition.key
      and revision.number = partition.newest
    where partition.dataset = ${request.dataset}
      and partition.key in (select json_array_elements_text(${encodeJson(keys)}::json))
    order by partition.key`.execute(db);
  return rows.map(revisionOf);
}

async function measuredKeys(db: Connection, request: Request): Promise<PartitionKey[]> {
  const keys: PartitionKey[] = [];
  let after = request.after ?? ('' as PartitionKey);
  for (;;) {
    const page = await pageOfKeys(db, request.dataset, after);
    for (const key of page) {
      if (keys.length === request.limit) return keys;
      if (inFrame(key, request.from, request.to)) keys.push(key);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < keysPerPage) return keys;
    after = last;
  }
}

const keysPerPage = 5_000;

async function pageOfKeys(
  db: Connection,
  dataset: DatasetName,
  after: PartitionKey,
): Promise<PartitionKey[]> {
  const { rows } = await sql<{ key: PartitionKey }>`
    select partition.key from partition
    join revision on revision.dataset = partition.dataset and revision.partition = partition.key
      and revision.number = partition.newest
    where partition.dataset = ${dataset} and partition.key > ${after}
      and revision.batch_count = (
        select count(*) from profile
        where profile.dataset = partition.dataset and profile.partition = partition.key
          and profile.revision = partition.newest
      )
    order by partition.key limit ${keysPerPage}`.execute(db);
  return rows.map((row) => row.key);
}
