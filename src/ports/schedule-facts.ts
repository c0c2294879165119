import type { DatasetName, JobId } from '../base/ids.ts';
import type { Instant } from '../base/units.ts';
import type { ScheduleFacts } from '../core/scheduling/schedule.ts';

/** What decisions about scans are made from, for many datasets at once. */
export interface ScheduleFactsSource {
  /** Facts about each of these datasets, by name. */
  read(asked: readonly FactsAsked[]): Promise<ReadonlyMap<DatasetName, ScheduleFacts>>;
}

export type FactsAsked = {
  readonly dataset: DatasetName;
  /** Whether work was asked for since then; not looked up when absent. */
  readonly since?: Instant;
  /** How this scan ended; not looked up when absent. */
  readonly lastScan?: JobId;
  /** Arrivals of first revisions alone, or of every revision where one partition is written again and again; by default none, and no end of a backfill. */
  readonly arrivals?: 'first_revisions' | 'every_revision';
};
