import type { PartitionKey } from '../../base/ids.ts';
import { Judge } from '../checks/judge.ts';
import type { Result } from '../checks/result.ts';
import { compareResults, isFailing, worstStatus } from '../checks/status.ts';
import { resultSummary } from '../checks/summary.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import type { Schema } from '../datasets/schema.ts';
import type { MetricValue } from '../metrics/metric.ts';
import type { MetricHistory, MetricSeries } from '../thresholds/history.ts';
import type { LearnedVerdict } from '../thresholds/verdict.ts';
import { nextPartition } from './next-partition.ts';
import type { JudgedRevision, ReplayedAlarm } from './replay.ts';
import { storedValue } from './stored-value.ts';

/** A revision of the past with all its verdicts. */
export type JudgedPast = JudgedRevision & {
  readonly values: readonly MetricValue[];
  readonly results: readonly Result[];
};

/** What a history says about its partitions, and about the one that comes after the judged ones. */
export type JudgedHistory = {
  readonly judged: readonly JudgedPast[];
  /** The learned verdicts on a partition like the usual ones: they hold the bands that are in force next. */
  readonly next: readonly LearnedVerdict[];
};

/** Judges the partitions of a history from `start` up to, not including, `end`, in order; those before are learned from. */
export function judgeHistory(request: {
  readonly definition: DatasetDefinition;
  readonly history: MetricHistory;
  readonly schemas: Readonly<Record<PartitionKey, Schema>>;
  readonly start: number;
  readonly end: number;
}): JudgedHistory {
  const { definition, history, schemas, start, end } = request;
  const { dataset } = definition;
  let schema: Schema = [];
  let previous: ConstructorParameters<typeof Judge>[2];
  for (const { key, revision: number } of history.partitions.slice(0, start)) {
    schema = schemas[key] ?? schema;
    previous = { revision: { dataset, partition: key, number }, schema };
  }
  const judge = new Judge(definition, firstPartitions(history, start), previous);
  const valueAt = valuesOf(history, schemas);
  const judged = history.partitions.slice(start, end).map((partition, at): JudgedPast => {
    const { key, revision: number, ...known } = partition;
    schema = schemas[key] ?? schema;
    const revision = { dataset, partition: key, number };
    const values = valueAt(start + at, schema);
    const rowCount = values.find(
      (one) => one.metric === 'row_count' && one.column === undefined && one.segment === undefined,
    );
    const results = judge.step({ revision, schema, values, rowCount: rowCount?.value ?? 0, known });
    return { revision, values, results, ...verdict(results) };
  });
  const next = nextPartition(firstPartitions(history, end));
  return { judged, next: next === undefined ? [] : judge.foresee(next) };
}

function verdict(results: readonly Result[]): Pick<JudgedRevision, 'status' | 'learned' | 'alarms'> {
  const statuses = results.map(({ status }) => status);
  return {
    status: worstStatus(statuses),
    learned: results.filter(({ record, status }) => {
      return record.kind === 'learned' && status !== 'not_evaluated';
    }).length,
    alarms: results.toSorted(compareResults).flatMap((result) => alarmOf(result) ?? []),
  };
}

function alarmOf(result: Result): ReplayedAlarm | undefined {
  const { check, metric, status, severity = 1 } = result;
  return isFailing(status) ? { check, metric, status, text: resultSummary(result), severity } : undefined;
}

function firstPartitions(history: MetricHistory, count: number): MetricHistory {
  const first = <T>(list: readonly T[]): readonly T[] => list.slice(0, count);
  return {
    partitions: first(history.partitions),
    series: history.series.map((one) => ({ ...one, values: first(one.values), rows: first(one.rows) })),
  };
}

/**
 * The values of a place in the history. A column or a group of rows that a partition does not have has no values there, not
 * even absent ones.
 */
function valuesOf(
  history: MetricHistory,
  schemas: Readonly<Record<PartitionKey, Schema>>,
): (place: number, schema: Schema) => MetricValue[] {
  const kinds = new Map(
    Object.values(schemas).flatMap((schema) => schema.map(({ name, type }) => [name, type])),
  );
  const named = history.series.map((series) => ({ series, make: storedValue(series, kinds) }));
  return (place, schema) => {
    const columns = new Set(schema.map(({ name }) => name));
    return named.flatMap(({ series, make }) => {
      const value = make(valueAt(series, place));
      const isGone = value.segment !== undefined && value.value === undefined && value.rows === 0;
      return !isGone && (value.column === undefined || columns.has(value.column)) ? [value] : [];
    });
  };
}

function valueAt(series: MetricSeries, place: number): { value: number | undefined; rows: number } {
  return { value: series.values[place] ?? undefined, rows: series.rows[place] ?? 0 };
}
