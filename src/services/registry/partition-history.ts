import { failure } from '../../base/errors.ts';
import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Instant } from '../../base/units.ts';
import type { RejectedRows, Revision } from '../../core/datasets/revision.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import { describeSchemaChange, schemaChanges } from '../../core/datasets/schema-change.ts';
import type { RevisionStore } from '../../ports/revision-store.ts';

/** One version of a partition's content. Times are milliseconds since 1970. */
export type RevisionView = {
  readonly number: number;
  readonly rowCount: number;
  readonly rejected: RejectedRows;
  /** Bytes as Assay keeps it. */
  readonly sizeBytes: number;
  readonly batches: number;
  readonly modifiedAt?: Instant;
  readonly ingestedAt: Instant;
  readonly columns: readonly ColumnView[];
  /** What is different from the revision before it, or of the first one from the partition before it. */
  readonly schemaChanges: readonly string[];
};

export type ColumnView = { readonly name: string; readonly type: string };

/** A partition with its last revisions, newest first. */
export type PartitionView = {
  readonly dataset: DatasetName;
  readonly partition: PartitionKey;
  readonly revisions: readonly RevisionView[];
};

/** The schemas that measured partitions had, newest first. */
export type SchemaHistoryView = {
  readonly dataset: DatasetName;
  readonly periods: readonly SchemaPeriod[];
};

/** Partitions in a row, both inclusive, with the same columns. */
export type SchemaPeriod = {
  readonly from: PartitionKey;
  readonly to: PartitionKey;
  readonly partitions: number;
  readonly columns: readonly ColumnView[];
  /** What is different from the period before; empty for the first. */
  readonly changes: readonly string[];
};

/** How the content of partitions changed: from revision to revision, and from partition to partition. */
export class PartitionHistory {
  readonly #revisions: RevisionStore;

  constructor(revisions: RevisionStore) {
    this.#revisions = revisions;
  }

  /** A partition with its last revisions: `PARTITION_NOT_FOUND`. */
  async get(dataset: DatasetName, partition: PartitionKey): Promise<Outcome<PartitionView>> {
    const newest = await this.#revisions.newest(dataset, partition);
    if (newest === undefined) {
      const hint = `see \`assay partitions ${dataset}\``;
      return fail(failure('PARTITION_NOT_FOUND', `${dataset} has no partition ${partition}`, { hint }));
    }
    const oldest = Math.max(1, newest.number - limits.revisionsShownMax + 1);
    const numbers = Array.from({ length: newest.number - oldest }, (_, at) => newest.number - 1 - at);
    const older = await Promise.all(
      numbers.map((number) => this.#revisions.get({ dataset, partition, number })),
    );
    const found = [newest, ...older.filter((one) => one !== undefined)];
    const before = oldest > 1 ? undefined : await this.#revisions.schemaBefore(dataset, partition);
    const revisions = found.map((one, at) => revisionView(one, found[at + 1]?.schema ?? before?.schema));
    return succeed({ dataset, partition, revisions });
  }

  /** The schemas of the partitions that are measured, among the last `historyPartitionsMax`. */
  async schemas(dataset: DatasetName): Promise<SchemaHistoryView> {
    const limit = limits.historyPartitionsMax;
    const newest = await this.#revisions.partitions({ dataset, limit: limit + 1 });
    const before = newest[limit]?.partition;
    const frame = before === undefined ? {} : { after: before };
    const measured = await this.#revisions.measured({ dataset, limit, ...frame });
    const periods: SchemaPeriod[] = [];
    let schema: Schema | undefined;
    for (const revision of measured) {
      const last = periods.at(-1);
      const changes = schema === undefined ? [] : schemaChanges(schema, revision.schema);
      schema = revision.schema;
      if (last !== undefined && changes.length === 0) {
        periods[periods.length - 1] = { ...last, to: revision.partition, partitions: last.partitions + 1 };
      } else {
        const { partition } = revision;
        const told = changes.map(describeSchemaChange);
        periods.push({
          from: partition,
          to: partition,
          partitions: 1,
          columns: columnsOf(schema),
          changes: told,
        });
      }
    }
    return { dataset, periods: periods.toReversed() };
  }
}

function revisionView(revision: Revision, before: Schema | undefined): RevisionView {
  const { number, rowCount, rejected, sizeBytes, batches, modifiedAt, ingestedAt, schema } = revision;
  return {
    number,
    rowCount,
    rejected,
    sizeBytes,
    batches: batches.length,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ingestedAt,
    columns: columnsOf(schema),
    schemaChanges: before === undefined ? [] : schemaChanges(before, schema).map(describeSchemaChange),
  };
}

function columnsOf(schema: Schema): readonly ColumnView[] {
  return schema.map(({ name, type }) => ({ name, type: type.native }));
}
