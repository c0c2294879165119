import type { PartitionKey } from '../../base/ids.ts';
import { comparedFamilies } from '../metrics/drift/column-counts.ts';
import type { ColumnDrift, DriftPartition, DriftWindow } from '../metrics/drift/drift-window.ts';
import type { MetricDetail, MetricValue } from '../metrics/metric.ts';
import type { Profile } from '../metrics/profile.ts';
import type { BaselinePartition } from './evaluate.ts';
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
export function addToBaseline(window: DriftWindow, { key, profiles }: BaselinePartition): void {
  const merged = mergedProfile(profiles, comparedFamilies);
  window.add(driftPartition(key, profiles, merged.ok ? merged.value : undefined));
}

/** A partition as the window sees it. */
export function driftPartition(
  key: PartitionKey,
  profiles: readonly Uint8Array[],
  profile: Profile | undefined,
): DriftPartition {
  const bytes = profiles.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { key, profile, bytes };
}

/** The metrics of columns that were compared with their baseline; without one they have no value. */
export function driftValues(drifts: readonly ColumnDrift[]): DriftValues {
  const values = drifts.flatMap(({ column, rows, distance }): MetricValue[] => {
    return [
      { metric: 'js_distance', column, value: distance?.jsDistance, scale: 'distance', rows },
      { metric: 'psi', column, value: distance?.psi, scale: 'number', rows },
    ];
  });
  const details = drifts.flatMap(({ column, distance }): MetricDetail[] => {
    if (distance === undefined || distance.moved.length === 0) return [];
    const moved = distance.moved.map(({ label, rows, from, to }) => {
      return { value: label, count: rows, percent: { from, to } };
    });
    return [{ metric: 'js_distance', column, values: moved, countError: 0 }];
  });
  return { values, details };
}
