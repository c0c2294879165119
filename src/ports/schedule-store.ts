import type { DatasetName } from '../base/ids.ts';
import type { Instant } from '../base/units.ts';
import type { DueDataset, Schedule, ScheduleState } from '../core/scheduling/schedule.ts';

/**
 * When each dataset is looked at next. A dataset has a schedule from its registration to its removal; when its definition
 * changes, it is due at once.
 */
export interface ScheduleStore {
  /** Datasets whose next look is due by now, the longest overdue first: up to `limit`, found by an index. */
  due(request: { readonly now: Instant; readonly limit: number }): Promise<readonly DueDataset[]>;
  /** The schedules of these datasets; unknown ones are absent. */
  of(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, Schedule>>;
  /**
   * Writes what was decided, each only where the schedule is still at the version that it was decided from. Returned are
   * the datasets where it was. (After a lost connection it may leave out some that it wrote.)
   */
  save(changes: readonly ScheduleChange[]): Promise<ReadonlySet<DatasetName>>;
}

export type ScheduleChange = {
  readonly dataset: DatasetName;
  /** The version that was read. */
  readonly version: number;
  readonly nextAt?: Instant;
  readonly state: ScheduleState;
};
