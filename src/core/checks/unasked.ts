import type { DatasetDefinition } from '../datasets/definition.ts';
import { measurePlan, segmentRules } from '../datasets/measure-plan.ts';
import type { MeasuredRows } from '../metrics/column-profile.ts';
import { validityFamily } from '../metrics/families/validity.ts';
import { stateOf } from '../metrics/family.ts';
import { type MetricKey, metricKey } from '../metrics/metric.ts';
import type { Profile } from '../metrics/profile.ts';
import type { AskedSegmentMetric } from '../metrics/segment-rule.ts';
import { segmentsLabel } from '../metrics/segments/segment-label.ts';
import { familiesOfMetric } from '../metrics/segments/segment-metrics.ts';
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
    profile.rowCount === 0
      ? []
      : [
          ...rulesOf(definition, profile),
          ...groupsOf(definition, profile),
          ...groupMetricsOf(definition, profile),
        ];
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

/** What checks ask of groups whose states are not there, by the key that all groups of the rule have in common. */
function groupMetricsOf(definition: DatasetDefinition, profile: Profile): MetricKey[] {
  const measured = new Map(profile.segments.map((segments) => [segmentsKey(segments.columns), segments]));
  return segmentRules(definition).flatMap(({ columns, asked = [] }) => {
    const segments = measured.get(segmentsKey(columns));
    if (segments === undefined) return [];
    const rows = [segments.other, ...segments.groups.values()];
    return asked
      .filter((metric) => rows.some((group) => isStateMissing(group, metric)))
      .map(({ metric, column }) => metricKey(metric, column, segmentsLabel(columns)));
  });
}

function isStateMissing({ columns }: MeasuredRows, { metric, column: name }: AskedSegmentMetric): boolean {
  const column = columns.find((one) => one.name === name);
  // A column that is not there, and a metric that its type does not have, are other problems.
  if (column === undefined) return false;
  return familiesOfMetric(metric, column.type.kind).some((family) => !column.states.has(family));
}
