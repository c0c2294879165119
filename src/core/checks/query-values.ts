import type { DatasetDefinition } from '../datasets/definition.ts';
import { type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import { type CheckProblem, unasked } from './check-problem.ts';
import { partitionQueries } from './partition-queries.ts';
import type { PartitionQuery, QueryAnswer, QueryOutcome } from './partition-query.ts';

/** The values of a revision with those that its queries gave, and what is wrong with the metrics of the others. */
type QueriedValues = {
  readonly values: readonly MetricValue[];
  readonly problems: ReadonlyMap<MetricKey, CheckProblem>;
};

/**
 * Adds the answers to the definition's queries to the measured values. Exact duplicates take the place of estimated ones.
 * A query without an answer has no value: an estimate would pass for what was asked.
 */
export function withQueryValues(
  measured: readonly MetricValue[],
  {
    definition,
    outcomes,
  }: { readonly definition: DatasetDefinition; readonly outcomes: readonly QueryOutcome[] },
): QueriedValues {
  const queries = partitionQueries(definition);
  if (queries.length === 0) return { values: measured, problems: new Map() };
  const byMetric = new Map(outcomes.map((outcome) => [outcome.metric, outcome]));
  const problems = new Map<MetricKey, CheckProblem>();
  const answered = queries.flatMap((query): MetricValue[] => {
    const outcome = byMetric.get(query.metric);
    if (outcome?.ok === true) return answerValues(query, outcome.answer, measured);
    const problem = outcome === undefined ? unasked : problemOf(outcome.failure);
    for (const metric of metricsOf(query)) problems.set(metric, problem);
    return [];
  });
  const replaced = new Set(queries.flatMap(metricsOf));
  const kept = measured.filter(
    ({ metric, column, segment }) => !replaced.has(metricKey(metric, column, segment)),
  );
  return { values: [...kept, ...answered], problems };
}

function problemOf({ code, message, hint }: Extract<QueryOutcome, { ok: false }>['failure']): CheckProblem {
  return { code, message: hint === undefined ? message : `${message} (${hint})` };
}

/** The metrics that the answer to a query gives. */
function metricsOf(query: PartitionQuery): readonly MetricKey[] {
  if (query.kind !== 'duplicate_values') return [query.metric];
  return [query.metric, metricKey('duplicate_percent', query.column)];
}

function answerValues(
  query: PartitionQuery,
  { value, exact, rows }: QueryAnswer,
  measured: readonly MetricValue[],
): MetricValue[] {
  if (query.kind === 'duplicate_values') return duplicateValues(query.column, value, measured);
  const scale = query.kind === 'custom_sql' ? 'number' : 'count';
  const finite = Number.isFinite(value) ? value : undefined;
  return [{ metric: query.metric, value: finite, ...(exact === undefined ? {} : { exact }), scale, rows }];
}

/** The percentage is of values that are not null, as that of the estimate. */
function duplicateValues(
  column: string,
  count: number | undefined,
  measured: readonly MetricValue[],
): MetricValue[] {
  const nulls = measured.find(
    (one) => one.metric === 'null_count' && one.column === column && one.segment === undefined,
  );
  const rows = (nulls?.rows ?? 0) - (nulls?.value ?? 0);
  const percent = count === undefined || rows === 0 ? undefined : (100 * count) / rows;
  return [
    { metric: 'duplicate_count', column, value: count, scale: 'count', rows },
    { metric: 'duplicate_percent', column, value: percent, scale: 'percent', rows },
  ];
}
