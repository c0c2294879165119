import { type RawBuilder, sql } from 'kysely';
import type { DatasetName, PartitionKey } from '../../../base/ids.ts';
import type { MetricScale } from '../../../core/metrics/metric.ts';
import {
  feedbackReasons,
  type HistoryPartition,
  type MetricHistory,
  type MetricSeries,
} from '../../../core/thresholds/history.ts';
import type { RevisionFeedback } from '../../../ports/quality-store.ts';
import { encodeJson } from '../json.ts';
import type { Connection } from '../transact.ts';

type Request = { readonly dataset: DatasetName; readonly before?: PartitionKey; readonly limit: number };

type EvaluatedPartition = {
  readonly id: number;
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly feedback: HistoryPartition['feedback'] | null;
};

/**
 * The series of a dataset's metrics over its last evaluated partitions, each with its highest evaluated revision. One
 * moment is read, so that a commit in between can not mix two histories.
 */
export async function metricHistory(db: Connection, request: Request): Promise<MetricHistory> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const partitions = await evaluatedPartitions(trx, request);
      const series = partitions.length === 0 ? [] : await seriesOf(trx, partitions);
      return { partitions: partitions.map(historyPartition), series };
    });
}

/** Verdicts on content that never became a revision (an ingest that failed) measured nothing: they are no history. */
async function evaluatedPartitions(db: Connection, request: Request): Promise<EvaluatedPartition[]> {
  const { dataset, before, limit } = request;
  const { rows } = await sql<EvaluatedPartition>`
    with last as (
      select distinct on (evaluation.partition) evaluation.id, evaluation.partition, evaluation.revision
      from evaluation
      join revision on revision.dataset = evaluation.dataset and revision.partition = evaluation.partition
        and revision.number = evaluation.revision
      where evaluation.dataset = ${dataset}
        ${before === undefined ? sql`` : sql`and evaluation.partition < ${before}`}
      order by evaluation.partition desc, evaluation.revision desc
      limit ${limit}
    ),
    feedback as (${feedbackOf(dataset)})
    select last.*, feedback.feedback
    from last left join feedback using (partition, revision)
    order by last.partition`.execute(db);
  return rows;
}

/** What people said of the revisions of a dataset, from a partition on. */
export async function revisionFeedback(
  db: Connection,
  { dataset, from }: { readonly dataset: DatasetName; readonly from?: PartitionKey },
): Promise<readonly RevisionFeedback[]> {
  const { rows } = await sql<RevisionFeedback>`
    select * from (${feedbackOf(dataset)}) as said
    ${from === undefined ? sql`` : sql`where partition >= ${from}`}
    order by partition, revision`.execute(db);
  return rows;
}

/** The newest word on each revision: of one that was restated, what was said of its old content does not hold any more. */
function feedbackOf(dataset: DatasetName): RawBuilder<unknown> {
  return sql`
    select distinct on (line.partition, line.revision)
      line.partition collate "C" as partition, line.revision, resolved_as as feedback
    from incident, jsonb_to_recordset(body->'lines') as line (partition text, revision integer)
    where dataset = ${dataset}
      and resolved_as in (select json_array_elements_text(${encodeJson(feedbackReasons)}::json))
    order by line.partition, line.revision, resolved_at desc, id desc`;
}

function historyPartition(row: EvaluatedPartition): HistoryPartition {
  return {
    key: row.partition,
    revision: row.revision,
    ...(row.feedback === null || row.feedback === undefined ? {} : { feedback: row.feedback }),
  };
}

type SeriesRow = {
  readonly key: string;
  readonly scale: MetricScale;
  readonly positions: string;
  readonly values: string;
  readonly rows: string;
};

/** One row for each metric instead of one for each value: three lists that the server prints as text. */
async function seriesOf(db: Connection, partitions: readonly EvaluatedPartition[]): Promise<MetricSeries[]> {
  const found = await sql<SeriesRow>`
    select key,
      (array_agg(scale order by position desc))[1] as scale,
      string_agg(position::text, ',' order by position) as positions,
      string_agg(coalesce(value::text, ''), ',' order by position) as "values",
      string_agg(rows::text, ',' order by position) as rows
    from (
      select id::bigint, position - 1 as position
      from json_array_elements_text(${encodeJson(partitions.map((one) => one.id))}::json)
        with ordinality as given (id, position)
    ) as wanted
    join metric_value on metric_value.evaluation = wanted.id
    group by key order by key`.execute(db);
  return found.rows.map((row) => alignedSeries(row, partitions.length));
}

function alignedSeries(row: SeriesRow, length: number): MetricSeries {
  const values: (number | null)[] = Array.from({ length }, () => null);
  const rows: number[] = Array.from({ length }, () => 0);
  const positions = row.positions.split(',');
  const valueTexts = row.values.split(',');
  const rowTexts = row.rows.split(',');
  for (const [at, position] of positions.entries()) {
    const text = valueTexts[at] ?? '';
    values[Number(position)] = text === '' ? null : Number(text);
    rows[Number(position)] = Number(rowTexts[at]);
  }
  return { metric: row.key, scale: row.scale, values, rows };
}
