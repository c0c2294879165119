import type { DatasetDefinition, SegmentDefinition } from '../datasets/definition.ts';
import { type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import { columnsOfLabel, segmentLabel, segmentsLabel } from '../metrics/segments/segment-label.ts';
import { suggestion } from '../text/nearest.ts';
import type { CheckProblem } from './check-problem.ts';
import { keeps } from './conditions.ts';
import type { SegmentCheck, SetCondition, SetThreshold } from './definition.ts';
import { checkKey, metricLabel } from './describe-check.ts';
import { formatNumber } from './format.ts';
import type { MeasuredRevision } from './judge.ts';
import type { MetricTable } from './metric-table.ts';
import type { Result } from './result.ts';
import { resultIdOf } from './result-id.ts';
import { groupCountMetric } from './segment-values.ts';
import { setResult } from './set-checks.ts';

/**
 * The results of bounds that are set on groups: one for a check of one group, one for each group for a check of every group.
 * A group that is not there leaves its checks not evaluated, with the reason; but where all groups are known it has 0 rows,
 * and that is judged. Each check has at least one result.
 */
export function groupResults(
  definition: Pick<DatasetDefinition, 'segments'>,
  measured: MeasuredRevision,
  table: MetricTable,
): Result[] {
  const seen = new Map<string, number>();
  return definition.segments.flatMap((rule) => {
    return (rule.checks ?? []).flatMap((check) => {
      const context = { rule, check, measured, table };
      return verdictsOf(context).map((verdict) => resultOf(context, verdict, seen));
    });
  });
}

type Context = {
  readonly rule: SegmentDefinition;
  readonly check: SegmentCheck;
  readonly measured: MeasuredRevision;
  readonly table: MetricTable;
};

/** What is known of a group's metric; `segment` names the group, or the rule where no group can be told. */
type GroupVerdict = { readonly segment: string } & (
  | { readonly kind: 'value'; readonly value?: number; readonly exact?: string; readonly reason?: string }
  | { readonly kind: 'problem'; readonly problem: CheckProblem }
);

function verdictsOf(context: Context): readonly GroupVerdict[] {
  const { rule, check, measured } = context;
  const grouping = segmentsLabel(rule.columns);
  const named = check.group === undefined ? undefined : segmentLabel(rule.columns, check.group);
  const segment = named ?? grouping;
  const problem = problemOf(context, grouping);
  if (problem !== undefined) return [{ segment, kind: 'problem', problem }];
  if (measured.rowCount === 0) return [{ segment, kind: 'value', reason: 'the partition has no rows' }];
  if (named !== undefined) return [ofNamedGroup(context, named)];
  const found = measured.values.filter((value) => isOfCheck(value, check, grouping));
  if (found.length === 0) return [{ segment, kind: 'value', reason: 'no group has a value' }];
  return found.map((value) => ofValue(value, check.threshold));
}

/** Why nothing can be said of any group. */
function problemOf({ rule, check, measured, table }: Context, grouping: string): CheckProblem | undefined {
  const names = measured.schema.map(({ name }) => name);
  const absent = rule.columns.find((name) => !names.includes(name));
  if (absent !== undefined) {
    const message = `the data has no column “${absent}”${suggestion(absent, names)}`;
    return { code: 'COLUMN_NOT_FOUND', message };
  }
  const keys: MetricKey[] = [
    metricKey(groupCountMetric, undefined, grouping),
    metricKey(metricLabel(check), check.column, grouping),
  ];
  for (const key of keys) {
    const problem = measured.problems?.get(key);
    if (problem !== undefined) return problem;
  }
  // All rows have each metric that a group can have, but for percentiles that nobody else asks for.
  const typical = check.metric === 'percentile' ? { ...check, settings: { percentile: 0.5 } } : check;
  const whole = table.find(typical, check.column);
  return 'code' in whole ? whole : undefined;
}

function isOfCheck(value: MetricValue, check: SegmentCheck, grouping: string): boolean {
  const { metric, column, segment } = value;
  if (segment === undefined || segment === grouping) return false;
  if (metric !== metricLabel(check) || column !== check.column) return false;
  return columnsOfLabel(segment) === columnsOfLabel(grouping);
}

function ofNamedGroup(context: Context, segment: string): GroupVerdict {
  const { rule, check, table } = context;
  const value = table.get(metricKey(metricLabel(check), check.column, segment));
  if (value !== undefined) return ofValue(value, check.threshold);
  const reason =
    table.get(metricKey('row_count', undefined, segment))?.value === 0
      ? 'no row is of this group'
      : `no row is of this group, or it is not one of the ${rule.groupsMax} largest, which alone are measured`;
  return { segment, kind: 'value', reason };
}

function ofValue(value: MetricValue, threshold: SetThreshold): GroupVerdict {
  const { segment = '', exact } = value;
  const [least, most] = rangeOf(value);
  const known = value.value === undefined ? {} : { value: value.value };
  if (!threshold.conditions.every((condition) => isDecided(condition, least, most))) {
    const reason = `it is known only to lie between ${formatNumber(least)} and ${formatNumber(most)}`;
    return { segment, kind: 'value', ...known, reason };
  }
  return { segment, kind: 'value', ...known, ...(exact === undefined ? {} : { exact }) };
}

/** What a value may be: rows of a group that may be among the others, and duplicates that are estimated. */
function rangeOf({ metric, value = 0, rows, absoluteError = 0 }: MetricValue): readonly [number, number] {
  if (metric === 'row_count') return rows === 0 ? [0, value] : [value, value];
  return metric.startsWith('duplicate_')
    ? [Math.max(0, value - absoluteError), value + absoluteError]
    : [value, value];
}

/** Whether a condition says the same of everything between two values. */
function isDecided(condition: SetCondition, least: number, most: number): boolean {
  const bounds = 'low' in condition ? [condition.low, condition.high] : [condition.value];
  if (bounds.some((bound) => least < bound && bound < most)) return false;
  return keeps(least, condition) === keeps(most, condition);
}

function resultOf({ check, measured }: Context, verdict: GroupVerdict, seen: Map<string, number>): Result {
  const { revision } = measured;
  const key = checkKey(check, check.column, verdict.segment);
  // Two equal checks are two results: the second gets a number.
  const nth = (seen.get(key) ?? 0) + 1;
  seen.set(key, nth);
  const name = nth === 1 ? key : `${key} #${nth}`;
  const metric = metricKey(metricLabel(check), check.column, verdict.segment);
  const base = { id: resultIdOf(revision, name), revision, check: name, metric };
  if (verdict.kind === 'problem')
    return { ...base, status: 'error', record: { kind: 'error', ...verdict.problem } };
  return setResult(base, check.threshold, { value: undefined, ...verdict });
}
