import type { DatasetDefinition } from '../datasets/definition.ts';
import { metricKey } from '../metrics/metric.ts';
import { isQueryMetric } from './asked-metrics.ts';
import type { CheckDefinition } from './definition.ts';
import { metricLabel } from './describe-check.ts';
import type { PartitionQuery } from './partition-query.ts';

/**
 * The questions that a definition puts to all rows of each revision: its own statements, rows that repeat others, and
 * repeated values of columns for which a person set a bound, where an estimate would not do. Each once.
 */
export function partitionQueries(
  definition: Pick<DatasetDefinition, 'checks' | 'columns'>,
): readonly PartitionQuery[] {
  const all = [
    ...definition.checks.flatMap(datasetQuery),
    ...definition.columns.flatMap(({ name, checks }) => checks.flatMap((check) => columnQuery(check, name))),
  ];
  return [...new Map(all.map((query) => [query.metric, query])).values()];
}

function datasetQuery(check: CheckDefinition): PartitionQuery[] {
  const { metric } = check;
  if (metric === 'duplicate_row_count') return [{ kind: 'duplicate_rows', metric }];
  if (!isQueryMetric(metric)) return [];
  return [{ kind: metric, metric: metricLabel(check), sql: String(check.settings['query']) }];
}

function columnQuery({ metric, threshold }: CheckDefinition, column: string): PartitionQuery[] {
  const isExact =
    (metric === 'duplicate_count' || metric === 'duplicate_percent') && threshold.kind === 'set';
  return isExact ? [{ kind: 'duplicate_values', metric: metricKey('duplicate_count', column), column }] : [];
}
