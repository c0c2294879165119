import { sql } from 'kysely';
import type { DatasetName, PartitionKey } from '../../../base/ids.ts';
import type { ResultStatus } from '../../../core/checks/result.ts';
import type { MetricKey } from '../../../core/metrics/metric.ts';
import type { SeriesPoint } from '../../../ports/quality-store.ts';
import type { Connection } from '../transact.ts';

type Row = {
  readonly partition: PartitionKey;
  readonly revision: number;
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly status: ResultStatus | null;
};

/**
 * One metric's values with their bands over the last partitions in which it was measured or judged, oldest first. The band
 * is the learned one (its check is the metric's own key) before a set one; the status is the worst of all its checks.
 */
export async function metricSeries(
  db: Connection,
  request: { readonly dataset: DatasetName; readonly metric: MetricKey; readonly limit: number },
): Promise<readonly SeriesPoint[]> {
  const { dataset, metric, limit } = request;
  const { rows } = await sql<Row>`
    select newest.partition, newest.revision, metric_value.value, band.lower, band.upper, verdict.status
    from (
      select distinct on (partition) id, partition, revision from evaluation
      where dataset = ${dataset} order by partition desc, revision desc
    ) as newest
    left join metric_value on metric_value.evaluation = newest.id and metric_value.key = ${metric}
    left join lateral (
      select lower, upper from result
      where result.evaluation = newest.id and result.metric = ${metric}
        and (lower is not null or upper is not null)
      order by check_key <> ${metric}, check_key limit 1
    ) as band on true
    left join lateral (
      select status from result
      where result.evaluation = newest.id and result.metric = ${metric}
      order by rank limit 1
    ) as verdict on true
    where metric_value.key is not null or verdict.status is not null
    order by newest.partition desc
    limit ${limit}`.execute(db);
  return rows.toReversed().map(pointOf);
}

function pointOf(row: Row): SeriesPoint {
  return {
    partition: row.partition,
    revision: row.revision,
    value: row.value,
    ...(row.lower === null ? {} : { lower: row.lower }),
    ...(row.upper === null ? {} : { upper: row.upper }),
    ...(row.status === null ? {} : { status: row.status }),
  };
}
