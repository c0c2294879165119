import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { BaselinePartition } from '../../core/checks/evaluate.ts';
import type { MetricHistory } from '../../core/thresholds/history.ts';
import type { QualityStore } from '../../ports/quality-store.ts';

/**
 * What the distributions of the next partition are compared with: the profiles of the last partitions of a history, oldest
 * first, without those that people called wrong. One whose measurement is incomplete has its place, but no profiles.
 */
export async function loadBaseline(
  quality: QualityStore,
  dataset: DatasetName,
  history: MetricHistory,
): Promise<readonly BaselinePartition[]> {
  const partitions = history.partitions
    .filter(({ feedback }) => feedback !== 'real_error')
    .slice(-limits.baselinePartitionsMax)
    .toReversed();
  const revisions = partitions.map(({ key, revision }) => ({ dataset, partition: key, number: revision }));
  // The newest first, because it is the oldest that are left out when all of them are too large.
  const profiles = await quality.profilesOf(revisions, limits.baselineBytesMax);
  const baseline = profiles.map((batches, place): BaselinePartition[] => {
    const key = partitions[place]?.key;
    if (key === undefined) return [];
    const measured = batches.filter((batch) => batch !== undefined);
    return [{ key, profiles: measured.length === batches.length ? measured : [] }];
  });
  return baseline.flat().toReversed();
}
