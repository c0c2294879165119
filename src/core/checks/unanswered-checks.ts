import type { DatasetDefinition } from '../datasets/definition.ts';
import { metricKey } from '../metrics/metric.ts';
import {
  columnsOfLabel,
  segmentLabel,
  segmentsLabel,
  splitSegment,
} from '../metrics/segments/segment-label.ts';
import { isQueryMetric, isValidityMetric } from './asked-metrics.ts';
import type { CheckDefinition } from './definition.ts';
import { checkKey, metricLabel } from './describe-check.ts';
import type { Result } from './result.ts';

/**
 * The checks of a definition of which a revision has no result, because it was judged before they were written. `results`
 * are all those of the revision; where it could not be judged at all, nothing else is missing.
 */
export function unansweredChecks(
  definition: DatasetDefinition,
  results: readonly Pick<Result, 'check' | 'metric' | 'status' | 'record'>[],
): readonly string[] {
  const isUnjudged = results.every(({ status }) => status === 'error');
  const isEmpty = results.some(({ record, status }) => {
    return record.kind === 'rule' && record.rule === 'empty_partition' && status === 'fail';
  });
  if (isUnjudged || isEmpty) return [];
  const answered = new Set(
    results.flatMap(({ check, metric }) => [check, metric, checkOfEveryGroup(check, metric)]),
  );
  return [...new Set(keysOf(definition))].filter((key) => !answered.has(key));
}

function keysOf({ checks, columns, segments }: DatasetDefinition): string[] {
  return [
    ...checks.flatMap((check) => keyOf(check)),
    ...columns.flatMap(({ name, checks: own }) => own.flatMap((check) => keyOf(check, name))),
    ...segments.map((rule) => `segments(${segmentsLabel(rule.columns)})`),
    ...segments.flatMap(({ columns: grouped, checks: own = [] }) =>
      own.map((check) => {
        const { column, group } = check;
        return checkKey(
          check,
          column,
          group === undefined ? segmentsLabel(grouped) : segmentLabel(grouped, group),
        );
      }),
    ),
  ];
}

/** A check of every group has a result for each of them: the key that they have in common. */
function checkOfEveryGroup(check: string, metric: string): string {
  const { segment } = splitSegment(metric);
  if (segment === undefined || !check.startsWith(metric)) return check;
  const group = `[${columnsOfLabel(segment)}]`;
  return `${metric.slice(0, -segment.length - 2)}${group}${check.slice(metric.length)}`;
}

/** Set checks always have a result; learned ones are known by their metric where only a check asks for it. */
function keyOf(check: CheckDefinition, column?: string): string[] {
  const { metric, threshold } = check;
  if (metric === 'schema') return [];
  if (threshold.kind === 'set') return [checkKey(check, column)];
  if (!threshold.enabled) return [];
  const isOnDemand = isQueryMetric(metric) || isValidityMetric(metric) || metric === 'duplicate_row_count';
  return isOnDemand ? [metricKey(metricLabel(check), column)] : [];
}
