import { limits } from '../../base/limits.ts';
import {
  type ColumnProfile,
  columnMetrics,
  columnPercentile,
  type MeasuredRows,
} from '../metrics/column-profile.ts';
import { distinctFamily } from '../metrics/families/distinct.ts';
import { type MetricDetail, type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import type { Profile } from '../metrics/profile.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import { segmentsLabel } from '../metrics/segments/segment-label.ts';
import { baseMetric, percentileOfName, segmentDetailNames } from '../metrics/segments/segment-metrics.ts';
import { type Segments, segmentsKey } from '../metrics/segments/segments.ts';

/** How many groups a rule found, as a metric of the rule: `group_count[origin]`. */
export const groupCountMetric = 'group_count';

/**
 * The metrics of groups, each with its `segment`: for each rule the number of groups, then what checks ask of groups, then for
 * each group its `row_count` if asked, then the columns' metrics that the rule names. At most `limits.segmentMetricsMax`,
 * those of the largest groups; rows of groups that are not kept are not judged, because which groups they are changes. A
 * rule that the profile was not measured by gives nothing.
 */
export function segmentValues(profile: Profile, rules: readonly SegmentRule[]): MetricValue[] {
  const { found, groups } = measuredGroups(profile, rules);
  const values = new Map<MetricKey, MetricValue>();
  const put = (all: readonly MetricValue[]): void => {
    for (const value of all) values.set(metricKey(value.metric, value.column, value.segment), value);
  };
  put(found.map(({ segments }) => groupCount(segments, profile.rowCount)));
  for (const group of groups) put(askedValues(group));
  for (const one of found) put(absentGroups(one));
  for (const { rule, segment, rows } of groups) {
    if (rule.metrics.includes('row_count')) put([rowsOf(segment, rows)]);
  }
  for (const { rule, segment, rows } of groups) {
    const own = rows.columns.flatMap((column) => columnValues(column, rule.metrics));
    if (values.size + own.length > limits.segmentMetricsMax) break;
    put(own.map((value) => ({ ...value, segment })));
  }
  return [...values.values()].slice(0, limits.segmentMetricsMax);
}

/** What of groups is no number, where their rules name it: at most `limits.segmentDetailsMax`, of the largest groups. */
export function segmentDetails(profile: Profile, rules: readonly SegmentRule[]): MetricDetail[] {
  const details: MetricDetail[] = [];
  for (const { rule, segment, rows } of measuredGroups(profile, rules).groups) {
    const wanted = new Set(rule.metrics.filter((name) => segmentDetailNames.includes(name)));
    if (wanted.size === 0) continue;
    const own = rows.columns.flatMap((column) => columnMetrics(column).details);
    details.push(
      ...own
        .filter(({ metric, values }) => wanted.has(metric) && values.length > 0)
        .map((detail) => ({ ...detail, segment })),
    );
    if (details.length >= limits.segmentDetailsMax) break;
  }
  return details.slice(0, limits.segmentDetailsMax);
}

type Group = { readonly rule: SegmentRule; readonly segment: string; readonly rows: MeasuredRows };

/** The rules that a profile was measured by, and their groups, the largest first. */
function measuredGroups(
  profile: Profile,
  rules: readonly SegmentRule[],
): {
  readonly found: readonly { readonly rule: SegmentRule; readonly segments: Segments }[];
  readonly groups: readonly Group[];
} {
  const measured = new Map(profile.segments.map((segments) => [segmentsKey(segments.columns), segments]));
  const found = rules.flatMap((rule) => {
    const segments = measured.get(segmentsKey(rule.columns));
    return segments === undefined ? [] : [{ rule, segments }];
  });
  const groups = found.flatMap(({ rule, segments }) =>
    Array.from(segments.groups, ([segment, rows]) => ({ rule, segment, rows })),
  );
  return { found, groups: groups.sort((a, b) => b.rows.rowCount - a.rows.rowCount) };
}

/** The metrics that checks ask of a group. */
function askedValues({ rule, segment, rows }: Group): MetricValue[] {
  const asked = (rule.asked ?? []).filter(({ group }) => group === undefined || group === segment);
  return asked.flatMap(({ metric, column: name }) => {
    if (name === undefined) return [rowsOf(segment, rows)];
    const column = rows.columns.find((one) => one.name === name);
    return column === undefined ? [] : columnValues(column, [metric]).map((value) => ({ ...value, segment }));
  });
}

/** `row_count` of the groups that checks name and that are not kept: 0, or at most that of the largest of the others. */
function absentGroups({
  rule,
  segments,
}: {
  readonly rule: SegmentRule;
  readonly segments: Segments;
}): MetricValue[] {
  return (rule.asked ?? []).flatMap(({ metric, group }) => {
    const isAbsent = metric === 'row_count' && group !== undefined && !segments.groups.has(group);
    return isAbsent ? [missedRows(group, segments)] : [];
  });
}

/**
 * `row_count` of a group that is not kept. Where not all groups are, it may still have as many rows as the largest of the
 * others: that is its value then, the most that can be true.
 */
export function missedRows(segment: string, { otherGroupRowsMax: most }: Segments): MetricValue {
  const error = most === 0 ? {} : { absoluteError: most };
  return { metric: 'row_count', segment, value: most, scale: 'count', rows: 0, ...error };
}

function groupCount({ columns, offered }: Segments, rows: number): MetricValue {
  const [counted] = distinctFamily.metrics(offered, { type: { kind: 'string', native: 'VARCHAR' }, rows });
  const error = counted?.relativeError === undefined ? {} : { relativeError: counted.relativeError };
  const segment = segmentsLabel(columns);
  return { metric: groupCountMetric, segment, value: counted?.value, scale: 'count', rows, ...error };
}

function rowsOf(segment: string, { rowCount }: MeasuredRows): MetricValue {
  return { metric: 'row_count', segment, value: rowCount, scale: 'count', rows: rowCount };
}

/** The metrics of a column by their names, with or without what is valid: `invalid_percent` names those of all rules. */
function columnValues(column: ColumnProfile, metrics: readonly string[]): MetricValue[] {
  const wanted = new Set(metrics);
  const known = columnMetrics(column).values.filter(
    ({ metric }) => wanted.has(metric) || wanted.has(baseMetric(metric)),
  );
  const names = new Set(known.map(({ metric }) => metric));
  const more = metrics.flatMap((metric) => {
    const percent = percentileOfName(metric);
    if (percent === undefined || names.has(metric)) return [];
    return columnPercentile([column], column.name, percent / 100) ?? [];
  });
  return [...known, ...more];
}
