import { isValidityMetric, validityRule } from '../checks/asked-metrics.ts';
import { metricLabel } from '../checks/describe-check.ts';
import { metricKey } from '../metrics/metric.ts';
import type { MeasurePlan } from '../metrics/plan.ts';
import type { AskedSegmentMetric, SegmentRule } from '../metrics/segment-rule.ts';
import { segmentLabel } from '../metrics/segments/segment-label.ts';
import { baseMetric } from '../metrics/segments/segment-metrics.ts';
import { validityLabel } from '../metrics/validity-label.ts';
import type { ValidityRule } from '../metrics/validity-rule.ts';
import type { DatasetDefinition } from './definition.ts';

/** What a dataset's definition asks to be measured. */
export function measurePlan(definition: DatasetDefinition): MeasurePlan {
  return {
    missingValues: definition.missingValues,
    ignoredColumns: [],
    validity: validityRules(definition),
    segments: segmentRules(definition).map(measuredRule),
  };
}

/** What a definition asks of groups, with what its checks ask of them. */
export function segmentRules({ segments }: Pick<DatasetDefinition, 'segments'>): readonly SegmentRule[] {
  return segments.map(({ columns, groupsMax, metrics, checks = [] }) => {
    const asked = checks.map((check): AskedSegmentMetric => {
      const { column, group } = check;
      const metric = metricLabel(check);
      return {
        metric,
        ...(column === undefined ? {} : { column }),
        ...(group === undefined ? {} : { group: segmentLabel(columns, group) }),
      };
    });
    return { columns, groupsMax, metrics, ...(asked.length === 0 ? {} : { asked }) };
  });
}

/** A rule as data are measured by it: what all columns are asked anyhow is left out, and all groups are measured alike. */
function measuredRule({ columns, groupsMax, metrics, asked = [] }: SegmentRule): SegmentRule {
  const own = asked.flatMap(({ metric, column }) => {
    const isKnown = column === undefined || metrics.includes(baseMetric(metric));
    return isKnown ? [] : [[metricKey(metric, column), { metric, column }] as const];
  });
  const more = [...new Map(own).values()];
  return { columns, groupsMax, metrics, ...(more.length === 0 ? {} : { asked: more }) };
}

/** Each rule once, though a count and a percentage may ask for it, or a warning and a failure. */
function validityRules({ columns, segments }: DatasetDefinition): readonly ValidityRule[] {
  const ofColumns = columns.flatMap(({ name, checks }) =>
    checks.filter(({ metric }) => isValidityMetric(metric)).map((check) => validityRule(check, name)),
  );
  const ofGroups = segments
    .flatMap(({ checks = [] }) => checks)
    .filter(({ metric }) => isValidityMetric(metric))
    .map((check) => validityRule(check, check.column ?? ''));
  const rules = [...ofColumns, ...ofGroups];
  return [...new Map(rules.map((rule) => [metricKey(validityLabel(rule), rule.column), rule])).values()];
}
