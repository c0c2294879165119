import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import type { Revision, RevisionRef } from '../../core/datasets/revision.ts';
import type { Schema as ColumnList } from '../../core/datasets/schema.ts';
import type { CommitOutcome, OutputOf, TaskCommit } from '../../ports/commit.ts';
import type { IngestCommit, PartitionSummary, RevisionStore } from '../../ports/revision-store.ts';
import type { JobSignal } from './job-signal.ts';
import { decodeJson, encodeJson } from './json.ts';
import { commitIngest } from './queries/commit-ingest.ts';
import { measuredRevisions } from './queries/measured-revisions.ts';
import {
  lastPartitions,
  newestRevision,
  newestWithBatches,
  partitionSummaries,
  revisionWithBatches,
} from './queries/revisions.ts';
import { commitTask } from './task-fence.ts';
import type { Connection } from './transact.ts';

/** Partitions and their revisions in PostgreSQL. */
export class PostgresRevisionStore implements RevisionStore {
  readonly #db: Connection;
  readonly #signal: JobSignal;

  constructor(db: Connection, signal: JobSignal) {
    this.#db = db;
    this.#signal = signal;
  }

  commitLookup(
    commit: TaskCommit<OutputOf<'lookup'>>,
    remember: { readonly dataset: DatasetName; readonly listing: unknown },
  ): Promise<CommitOutcome> {
    return commitTask(this.#db, commit, async (trx) => {
      const { dataset } = remember;
      const remembered = encodeJson(remember.listing);
      await trx
        .insertInto('listing')
        .values({ dataset, remembered })
        .onConflict((conflict) => conflict.column('dataset').doUpdateSet({ remembered }))
        .execute();
    });
  }

  async commitIngest(commit: IngestCommit): Promise<CommitOutcome> {
    const committed = await commitIngest(this.#db, commit);
    if (!committed.ok) return committed;
    if (committed.value.enqueued) this.#signal.changed();
    return { ok: true, value: undefined };
  }

  async fingerprints(dataset: DatasetName): Promise<ReadonlyMap<PartitionKey, string>> {
    const taken = await newestRevision(this.#db, dataset)
      .select(['partition.key', 'revision.fingerprint'])
      .execute();
    const refused = await this.#db
      .selectFrom('partition')
      .select(['key', 'refused'])
      .where('dataset', '=', dataset)
      .where('refused', 'is not', null)
      .execute();
    const known = new Map(taken.map((row) => [row.key as PartitionKey, row.fingerprint]));
    for (const row of refused) known.set(row.key as PartitionKey, row.refused ?? '');
    return known;
  }

  get(revision: RevisionRef): Promise<Revision | undefined> {
    return revisionWithBatches(this.#db, revision);
  }

  newest(dataset: DatasetName, partition: PartitionKey): Promise<Revision | undefined> {
    return newestWithBatches(this.#db, dataset, partition);
  }

  async schemaBefore(
    dataset: DatasetName,
    before?: PartitionKey,
  ): Promise<{ readonly revision: RevisionRef; readonly schema: ColumnList } | undefined> {
    let query = newestRevision(this.#db, dataset).select([
      'revision.partition',
      'revision.number',
      'revision.schema',
    ]);
    if (before !== undefined) query = query.where('partition.key', '<', before);
    const row = await query.orderBy('partition.key', 'desc').limit(1).executeTakeFirst();
    if (row === undefined) return undefined;
    const partition = row.partition as PartitionKey;
    return {
      revision: { dataset, partition, number: row.number },
      schema: decodeJson<ColumnList>(row.schema),
    };
  }

  measured(request: Parameters<RevisionStore['measured']>[0]): ReturnType<RevisionStore['measured']> {
    return measuredRevisions(this.#db, request);
  }

  partitions(request: Parameters<RevisionStore['partitions']>[0]): Promise<readonly PartitionSummary[]> {
    return partitionSummaries(this.#db, request);
  }

  lastPartitions(
    request: Parameters<RevisionStore['lastPartitions']>[0],
  ): ReturnType<RevisionStore['lastPartitions']> {
    return lastPartitions(this.#db, request);
  }

  async batchLocations(dataset: DatasetName): Promise<ReadonlySet<string>> {
    const rows = await this.#db
      .selectFrom('batch')
      .select('location')
      .where('dataset', '=', dataset)
      .execute();
    return new Set(rows.map((row) => row.location));
  }
}
