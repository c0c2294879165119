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
 * before. At most half as many as there may be metrics of groups, those of the largest groups of each rule. Their names,
 * which `groupOfColumn` reads, are none that data have.
 */
export function groupColumns(profile: Profile, rules: readonly SegmentRule[]): readonly ColumnProfile[] {
  const measured = new Map(profile.segments.map((segments) => [segmentsKey(segments.columns), segments]));
  const columns = rules.flatMap((rule) => {
    const groups = [...(measured.get(segmentsKey(rule.columns))?.groups ?? [])];
    return groups.flatMap(([segment, rows]) =>
      rows.columns.flatMap((column): ColumnProfile[] => {
        const metrics = wantedMetrics(rule, column.name, segment);
        if (metrics.length === 0) return [];
        return [{ ...column, name: `${mark}${JSON.stringify([column.name, segment, metrics])}` }];
      }),
    );
  });
  return columns.slice(0, limits.segmentMetricsMax / 2);
}

/** What a column of `groupColumns` stands for; undefined for a column of all rows. */
export function groupOfColumn(name: string): GroupColumn | undefined {
  if (!name.startsWith(mark)) return undefined;
  const [column, segment, metrics] = JSON.parse(name.slice(mark.length)) as [string, string, string[]];
  return { column, segment, metrics };
}

/** No name of a column begins with it: it is no text that a file format can carry. */
const mark = '\u0000group ';

function wantedMetrics(
  { metrics, asked = [] }: SegmentRule,
  column: string,
  segment: string,
): readonly string[] {
  const own = asked.filter((one) => {
    return one.column === column && (one.group === undefined || one.group === segment);
  });
  return [...new Set([...metrics, ...own.map(({ metric }) => metric)].filter(isDriftMetric))].toSorted();
}
