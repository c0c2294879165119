import { type ValidityRule, validFormats } from '../metrics/validity-rule.ts';
import type { CheckDefinition } from './definition.ts';

/** Whether a metric is the answer to a user's statement. */
export function isQueryMetric(metric: string): metric is 'custom_sql' | 'failed_rows' {
  return metric === 'custom_sql' || metric === 'failed_rows';
}

/** Whether a metric counts values that are not valid. */
export function isValidityMetric(metric: string): boolean {
  return metric === 'invalid_count' || metric === 'invalid_percent';
}

/** What a check of validity says about its column. */
export function validityRule({ settings }: Pick<CheckDefinition, 'settings'>, column: string): ValidityRule {
  const { valid_values: values, valid_regex: regex, valid_format: name } = settings;
  const format = validFormats.find((known) => known === name);
  const min = edgeOf(settings['valid_min']);
  const max = edgeOf(settings['valid_max']);
  return {
    column,
    ...(Array.isArray(values) ? { values } : {}),
    ...(typeof regex === 'string' ? { regex } : {}),
    ...(format === undefined ? {} : { format }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function edgeOf(value: Setting | undefined): number | string | undefined {
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

type Setting = CheckDefinition['settings'][string];
