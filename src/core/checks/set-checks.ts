import type { DatasetDefinition } from '../datasets/definition.ts';
import type { RevisionRef } from '../datasets/revision.ts';
import { metricKey } from '../metrics/metric.ts';
import { conditionBounds, keeps } from './conditions.ts';
import type { CheckDefinition, SetCondition, SetThreshold } from './definition.ts';
import { checkKey, metricLabel } from './describe-check.ts';
import type { MetricTable } from './metric-table.ts';
import type { Result } from './result.ts';
import { resultIdOf } from './result-id.ts';

/**
 * The results of all checks that the definition sets, and an error for each learned check whose metric does not exist. A
 * metric without a value, such as the average of no rows, leaves its checks not evaluated.
 */
export function setResults(
  definition: DatasetDefinition,
  revision: RevisionRef,
  table: MetricTable,
): Result[] {
  const checks: { check: CheckDefinition; column: string | undefined }[] = [
    ...definition.checks.map((check) => ({ check, column: undefined })),
    ...definition.columns.flatMap(({ name, checks: own }) => own.map((check) => ({ check, column: name }))),
  ];
  const seen = new Map<string, number>();
  return checks.flatMap(({ check, column }) => {
    if (check.metric === 'schema') return [];
    const { threshold } = check;
    if (threshold.kind === 'learned' && !threshold.enabled) return [];
    const key = threshold.kind === 'set' ? checkKey(check, column) : metricKey(metricLabel(check), column);
    const found = table.find(check, column);
    const metric = metricKey('code' in found ? metricLabel(check) : found.metric, column);
    if (!('code' in found) && threshold.kind === 'learned') return [];
    // Two equal checks are two results: the second gets a number.
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    const name = nth === 1 ? key : `${key} #${nth}`;
    const base = { id: resultIdOf(revision, name), revision, check: name, metric };
    if ('code' in found) return [{ ...base, status: 'error', record: { kind: 'error', ...found } } as const];
    if (threshold.kind === 'learned') return [];
    return [setResult(base, threshold, found)];
  });
}

/** The result of set bounds on a value; with a `reason` they could not be judged. */
export function setResult(
  base: Pick<Result, 'id' | 'revision' | 'check' | 'metric'>,
  threshold: SetThreshold,
  measured: { readonly value: number | undefined; readonly exact?: string; readonly reason?: string },
): Result {
  const { value, exact, reason } = measured;
  const bounds = conditionBounds(threshold);
  const record = { kind: 'set', threshold, ...(reason === undefined ? {} : { reason }) } as const;
  if (value === undefined || !Number.isFinite(value)) {
    return { ...base, status: 'not_evaluated', ...bounds, record };
  }
  if (reason !== undefined) return { ...base, status: 'not_evaluated', value, ...bounds, record };
  const severity = setSeverity(value, threshold);
  return {
    ...base,
    status: severity === 0 ? 'pass' : threshold.level,
    value,
    ...(exact === undefined ? {} : { exact }),
    ...bounds,
    severity,
    record,
  };
}

const severityMax = 1_000;

/**
 * How badly set conditions are violated: 0 when they are kept, else from 2 on, growing with the distance from the bound in
 * hundredths of it, so that a violated set bound stands before a learned one that was only just passed.
 */
export function setSeverity(value: number, { conditions }: SetThreshold): number {
  const violated = conditions.filter((condition) => !keeps(value, condition));
  if (violated.length === 0) return 0;
  const distances = violated.map((condition) => relativeDistance(value, condition));
  return Math.min(severityMax, 2 + Math.max(0, ...distances.filter((distance) => !Number.isNaN(distance))));
}

function relativeDistance(value: number, condition: SetCondition): number {
  const bounds = 'low' in condition ? [condition.low, condition.high] : [condition.value];
  const distances = bounds.map((bound) => {
    const distance = Math.abs(value - bound);
    return bound === 0 ? Math.min(1, distance) : distance / Math.abs(bound);
  });
  return Math.min(...distances);
}
