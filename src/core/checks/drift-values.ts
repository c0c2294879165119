import { comparedFamilies } from '../metrics/drift/column-counts.ts';
import type { ColumnDrift, DriftPartition, DriftWindow } from '../metrics/drift/drift-window.ts';
import type { MetricDetail, MetricValue } from '../metrics/metric.ts';
import type { Profile } from '../metrics/profile.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import type { BaselinePartition } from './evaluate.ts';
import { asksGroupDrift, groupColumns, groupOfColumn } from './group-drift.ts';
import { mergedProfile } from './target-values.ts';

/** `js_distance` and `psi` of every column, and what moved. */
export type DriftValues = {
  readonly values: readonly MetricValue[];
  readonly details: readonly MetricDetail[];
};

/**
 * Takes in a partition that is not judged. One whose profiles are missing or unreadable takes its place in the window but
 * says nothing, as when it is judged itself.
 */
export function addToBaseline(
  window: DriftWindow,
  { key, profiles }: BaselinePartition,
  rules: readonly SegmentRule[],
): void {
  const merged = mergedProfile(profiles, { families: comparedFamilies, hasSegments: asksGroupDrift(rules) });
  window.add(driftPartition({ key, profiles }, merged.ok ? merged.value : undefined, rules));
}

/** A partition as the window sees it: with the columns of groups whose drift `rules` ask. */
export function driftPartition(
  { key, profiles }: BaselinePartition,
  profile: Profile | undefined,
  rules: readonly SegmentRule[],
): DriftPartition {
  const bytes = profiles.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (profile === undefined) return { key, profile, bytes };
  return { key, profile: { columns: [...profile.columns, ...groupColumns(profile, rules)] }, bytes };
}

/** The metrics of columns that were compared with their baseline; without one they have no value. */
export function driftValues(drifts: readonly ColumnDrift[]): DriftValues {
  const of = drifts.map((drift) => ({ ...drift, group: groupOfColumn(drift.column) }));
  const values = of.flatMap(({ column: name, rows, distance, group }): MetricValue[] => {
    const where = group === undefined ? { column: name } : { column: group.column, segment: group.segment };
    const both: MetricValue[] = [
      { metric: 'js_distance', ...where, value: distance?.jsDistance, scale: 'distance', rows },
      { metric: 'psi', ...where, value: distance?.psi, scale: 'number', rows },
    ];
    return both.filter(({ metric }) => group === undefined || group.metrics.includes(metric));
  });
  const details = of.flatMap(({ column: name, distance, group }): MetricDetail[] => {
    if (distance === undefined || distance.moved.length === 0) return [];
    const moved = distance.moved.map(({ label, rows, from, to }) => {
      return { value: label, count: rows, percent: { from, to } };
    });
    const where = group === undefined ? { column: name } : { column: group.column, segment: group.segment };
    return [{ metric: 'js_distance', ...where, values: moved, countError: 0 }];
  });
  return { values, details };
}
