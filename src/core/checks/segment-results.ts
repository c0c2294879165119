import type { DatasetDefinition } from '../datasets/definition.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import type { Schema } from '../datasets/schema.ts';
import { type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import { segmentsLabel, splitSegment } from '../metrics/segments/segment-label.ts';
import { suggestion } from '../text/nearest.ts';
import type { CheckProblem } from './check-problem.ts';
import { formatNumber } from './format.ts';
import type { Result } from './result.ts';
import { resultIdOf } from './result-id.ts';
import { groupCountMetric } from './segment-values.ts';
import { isFailing } from './status.ts';

/** Of the results about groups, those that say something: the others would be thousands, all of them fine. */
export function withoutQuietGroups(results: readonly Result[]): readonly Result[] {
  return results.filter(({ metric, status, record }) => {
    return record.kind !== 'learned' || isFailing(status) || splitSegment(metric).segment === undefined;
  });
}

/** One result for each segment rule: how many groups there are; or an error, when the data lacks a column of it, or nobody asked. */
export function segmentResults(
  definition: DatasetDefinition,
  of: {
    readonly revision: RevisionRef;
    readonly schema: Schema;
    readonly values: readonly MetricValue[];
    readonly problems?: ReadonlyMap<MetricKey, CheckProblem>;
  },
): Result[] {
  const names = of.schema.map(({ name }) => name);
  return definition.segments.flatMap(({ columns }): Result[] => {
    const label = segmentsLabel(columns);
    const check = `segments(${label})`;
    const { revision } = of;
    const metric = metricKey(groupCountMetric, undefined, label);
    const base = { id: resultIdOf(revision, check), revision, check, metric };
    const absent = columns.find((name) => !names.includes(name));
    if (absent !== undefined) {
      const message = `the data has no column “${absent}”${suggestion(absent, names)}`;
      return [{ ...base, status: 'error', record: { kind: 'error', code: 'COLUMN_NOT_FOUND', message } }];
    }
    const problem = of.problems?.get(metric);
    if (problem !== undefined) return [{ ...base, status: 'error', record: { kind: 'error', ...problem } }];
    const counted = of.values.find((one) => one.metric === groupCountMetric && one.segment === label)?.value;
    if (counted === undefined) return [];
    const detail = `${formatNumber(Math.round(counted))} groups by ${label}; those that alarm have a result of their own`;
    return [{ ...base, status: 'pass', value: counted, record: { kind: 'rule', rule: 'segments', detail } }];
  });
}
