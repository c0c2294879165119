import { isValidityMetric, validityRule } from '../checks/asked-metrics.ts';
import { metricKey } from '../metrics/metric.ts';
import type { MeasurePlan } from '../metrics/plan.ts';
import { validityLabel } from '../metrics/validity-label.ts';
import type { ValidityRule } from '../metrics/validity-rule.ts';
import type { DatasetDefinition } from './definition.ts';

/** What a dataset's definition asks to be measured. */
export function measurePlan(definition: DatasetDefinition): MeasurePlan {
  return {
    missingValues: definition.missingValues,
    ignoredColumns: [],
    validity: validityRules(definition),
    segments: definition.segments,
  };
}

/** Each rule once, though a count and a percentage may ask for it, or a warning and a failure. */
function validityRules({ columns }: DatasetDefinition): readonly ValidityRule[] {
  const rules = columns.flatMap(({ name, checks }) =>
    checks.filter(({ metric }) => isValidityMetric(metric)).map((check) => validityRule(check, name)),
  );
  return [...new Map(rules.map((rule) => [metricKey(validityLabel(rule), rule.column), rule])).values()];
}
