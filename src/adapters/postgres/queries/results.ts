import { type RawBuilder, sql } from 'kysely';
import type { DatasetName, PartitionKey, ResultId } from '../../../base/ids.ts';
import { resultId } from '../../../base/ids.ts';
import type { Result, ResultRecord } from '../../../core/checks/result.ts';
import type { ResultFilter, ResultPlace } from '../../../ports/quality-store.ts';
import { decodeJson, numberText } from '../json.ts';
import type { ResultTable } from '../schema.ts';
import { statusRank } from '../status-rank.ts';
import type { Connection } from '../transact.ts';

type Row = ResultTable & { readonly dataset: string; readonly partition: string; readonly revision: number };

/**
 * Results of each partition's highest evaluated revision, newest partition first, the worst first within one. Verdicts on
 * earlier revisions are found by their id alone.
 */
export async function listResults(db: Connection, filter: ResultFilter): Promise<readonly Result[]> {
  const { dataset, partition, check, status, after } = filter;
  if (status?.length === 0) return [];
  const { rows } = await sql<Row>`
    select result.*, newest.dataset, newest.partition, newest.revision
    from (
      select distinct on (partition) * from evaluation
      where dataset = ${dataset} ${partition === undefined ? sql`` : sql`and partition = ${partition}`}
        ${after === undefined ? sql`` : sql`and partition <= ${after.partition}`}
      order by partition desc, revision desc
    ) as newest
    cross join lateral (
      select * from result where result.evaluation = newest.id
        ${check === undefined ? sql`` : sql`and check_key = ${check}`}
        ${status === undefined ? sql`` : sql`and status in (${sql.join(status)})`}
    ) as result
    ${after === undefined ? sql`` : sql`where ${behind(after)}`}
    order by newest.partition desc, result.rank, ${mildness}, result.check_key
    limit ${filter.limit}`.execute(db);
  return rows.map(resultOf);
}

/** The most severe first, then those without a severity. */
const mildness = sql`-coalesce(result.severity, '-infinity')`;

function behind({ partition, status, severity, check }: ResultPlace): RawBuilder<unknown> {
  const given = numberText(-(severity ?? Number.NEGATIVE_INFINITY));
  return sql`(
    newest.partition < ${partition}
    or (result.rank, ${mildness}, result.check_key) > (${statusRank[status]}::integer, ${given}::text::double precision, ${check})
  )`;
}

/** One result, of whichever revision. */
export async function resultById(db: Connection, id: ResultId): Promise<Result | undefined> {
  const { rows } = await sql<Row>`
    select result.*, evaluation.dataset, evaluation.partition, evaluation.revision
    from result join evaluation on evaluation.id = result.evaluation
    where result.id = ${id}`.execute(db);
  const [row] = rows;
  return row && resultOf(row);
}

function resultOf(row: Row): Result {
  return {
    id: resultId(row.id),
    revision: {
      dataset: row.dataset as DatasetName,
      partition: row.partition as PartitionKey,
      number: row.revision,
    },
    check: row.check_key,
    metric: row.metric,
    status: row.status as Result['status'],
    ...(row.value === null ? {} : { value: row.value }),
    ...(row.exact === null ? {} : { exact: row.exact }),
    ...(row.lower === null ? {} : { lower: row.lower }),
    ...(row.upper === null ? {} : { upper: row.upper }),
    ...(row.severity === null ? {} : { severity: row.severity }),
    record: decodeJson<ResultRecord>(row.record),
  };
}
