import type { DatasetDefinition } from '../datasets/definition.ts';
import { measurePlan } from '../datasets/measure-plan.ts';
import { validityFamily } from '../metrics/families/validity.ts';
import { stateOf } from '../metrics/family.ts';
import { type MetricKey, metricKey } from '../metrics/metric.ts';
import type { Profile } from '../metrics/profile.ts';
import { segmentsLabel } from '../metrics/segments/segment-label.ts';
import { segmentsKey } from '../metrics/segments/segments.ts';
import { validityLabel } from '../metrics/validity-label.ts';
import { type CheckProblem, unasked } from './check-problem.ts';
import { groupCountMetric } from './segment-values.ts';

/**
 * The metrics that a definition asks for and a profile was not measured by: validity rules and segments that are newer than
 * it. Where there are no rows, nothing is missing.
 */
export function unaskedMetrics(
  definition: DatasetDefinition,
  profile: Profile,
): ReadonlyMap<MetricKey, CheckProblem> {
  const metrics =
    profile.rowCount === 0 ? [] : [...rulesOf(definition, profile), ...groupsOf(definition, profile)];
  return new Map(metrics.map((metric) => [metric, unasked]));
}

function rulesOf(definition: DatasetDefinition, profile: Profile): MetricKey[] {
  const states = new Map(profile.columns.map((column) => [column.name, column.states]));
  return measurePlan(definition).validity.flatMap((rule) => {
    const column = states.get(rule.column);
    const label = validityLabel(rule);
    const known = column === undefined ? undefined : stateOf(column, validityFamily);
    // A column that is not there is another problem.
    if (column === undefined || known?.some((one) => one.label === label) === true) return [];
    return ['invalid_count', 'invalid_percent'].map((metric) =>
      metricKey(`${metric}(${label})`, rule.column),
    );
  });
}

function groupsOf({ segments }: DatasetDefinition, profile: Profile): MetricKey[] {
  const measured = new Set(profile.segments.map(({ columns }) => segmentsKey(columns)));
  return segments
    .filter(({ columns }) => !measured.has(segmentsKey(columns)))
    .map(({ columns }) => metricKey(groupCountMetric, undefined, segmentsLabel(columns)));
}
