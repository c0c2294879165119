import { limits } from '../../base/limits.ts';
import { columnMetrics, columnPercentile, type MeasuredRows } from '../metrics/column-profile.ts';
import { distinctFamily } from '../metrics/families/distinct.ts';
import type { MetricValue } from '../metrics/metric.ts';
import type { Profile } from '../metrics/profile.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import { segmentsLabel } from '../metrics/segments/segment-label.ts';
import { percentileOfName } from '../metrics/segments/segment-metrics.ts';
import { type Segments, segmentsKey } from '../metrics/segments/segments.ts';

/** How many groups a rule found, as a metric of the rule: `group_count[origin]`. */
export const groupCountMetric = 'group_count';

/**
 * The metrics of groups, each with its `segment`: for each rule the number of groups, for each group its `row_count` if
 * asked, then the columns' metrics that the rule names. At most `limits.segmentMetricsMax`, those of the largest groups;
 * rows of groups that are not kept are not judged, because which groups they are changes. A rule that the profile was not
 * measured by gives nothing.
 */
export function segmentValues(profile: Profile, rules: readonly SegmentRule[]): MetricValue[] {
  const measured = new Map(profile.segments.map((segments) => [segmentsKey(segments.columns), segments]));
  const found = rules.flatMap((rule) => {
    const segments = measured.get(segmentsKey(rule.columns));
    return segments === undefined ? [] : [{ rule, segments }];
  });
  const groups = found.flatMap(({ rule, segments }) =>
    Array.from(segments.groups, ([segment, rows]) => ({ rule, segment, rows })),
  );
  groups.sort((a, b) => b.rows.rowCount - a.rows.rowCount);
  const values = [
    ...found.map(({ segments }) => groupCount(segments, profile.rowCount)),
    ...groups.flatMap(({ rule, segment, rows }) =>
      rule.metrics.includes('row_count') ? [rowsOf(segment, rows)] : [],
    ),
  ];
  for (const { rule, segment, rows } of groups) {
    const own = columnValues(rows, rule.metrics).map((value) => ({ ...value, segment }));
    if (values.length + own.length > limits.segmentMetricsMax) break;
    values.push(...own);
  }
  return values.slice(0, limits.segmentMetricsMax);
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

function columnValues({ columns }: MeasuredRows, metrics: readonly string[]): MetricValue[] {
  const wanted = new Set(metrics);
  return columns.flatMap((column) => {
    const known = columnMetrics(column).values.filter(({ metric }) => wanted.has(metric));
    const names = new Set(known.map(({ metric }) => metric));
    const more = metrics.flatMap((metric) => {
      const percent = percentileOfName(metric);
      if (percent === undefined || names.has(metric)) return [];
      return columnPercentile([column], column.name, percent / 100) ?? [];
    });
    return [...known, ...more];
  });
}
