import { limits } from '../../base/limits.ts';
import type { ColumnProfile } from '../metrics/column-profile.ts';
import { isDriftMetric } from '../metrics/drift/drift-metric.ts';
import type { Profile } from '../metrics/profile.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import { segmentsKey } from '../metrics/segments/segments.ts';

/** A column of a group of rows, and which of its drift metrics are wanted. */
export type GroupColumn = {
  readonly column: string;
  readonly segment: string;
  readonly metrics: readonly string[];
};

/** Whether drift is asked of any group. */
export function asksGroupDrift(rules: readonly SegmentRule[]): boolean {
  return rules.some(({ metrics, asked = [] }) => {
    return metrics.some(isDriftMetric) || asked.some(({ metric }) => isDriftMetric(metric));
  });
}

/**
 * The columns of groups whose drift is asked, as columns of their own: a group is compared with itself in the partitions
 * before. At most half as many as there may be metrics of groups: what checks ask, then those of the largest groups of each
 * rule. Their names, which `groupOfColumn` reads, are none that data have.
 */
export function groupColumns(profile: Profile, rules: readonly SegmentRule[]): readonly ColumnProfile[] {
  const measured = new Map(profile.segments.map((segments) => [segmentsKey(segments.columns), segments]));
  const [asked, others]: [ColumnProfile[], ColumnProfile[]] = [[], []];
  for (const rule of rules) {
    const groups = measured.get(segmentsKey(rule.columns))?.groups ?? [];
    for (const [segment, rows] of groups) {
      for (const column of rows.columns) {
        const own = askedMetrics(rule, column.name, segment);
        const metrics = [...new Set([...rule.metrics, ...own])].filter(isDriftMetric).toSorted();
        if (metrics.length === 0) continue;
        const name = `${mark}${JSON.stringify([column.name, segment, metrics])}`;
        (own.some(isDriftMetric) ? asked : others).push({ ...column, name });
      }
    }
  }
  return [...asked, ...others].slice(0, limits.segmentMetricsMax / 2);
}

/** What a column of `groupColumns` stands for; undefined for a column of all rows. */
export function groupOfColumn(name: string): GroupColumn | undefined {
  if (!name.startsWith(mark)) return undefined;
  const [column, segment, metrics] = JSON.parse(name.slice(mark.length)) as [string, string, string[]];
  return { column, segment, metrics };
}

/** No name of a column begins with it: it is no text that a file format can carry. */
const mark = '\u0000group ';

function askedMetrics({ asked = [] }: SegmentRule, column: string, segment: string): readonly string[] {
  return asked.flatMap((one) => {
    const isAsked = one.column === column && (one.group === undefined || one.group === segment);
    return isAsked ? [one.metric] : [];
  });
}
