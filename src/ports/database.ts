import type { AccessStore } from './access-store.ts';
import type { ChangeLog } from './change-log.ts';
import type { DatasetStore } from './dataset-store.ts';
import type { DrillReports } from './drill-reports.ts';
import type { ExerciseStore } from './exercise-store.ts';
import type { JobStore } from './job-store.ts';
import type { Outbox } from './outbox.ts';
import type { QualityStore } from './quality-store.ts';
import type { RegistryRows } from './registry-rows.ts';
import type { RequestKeys } from './request-keys.ts';
import type { RevisionStore } from './revision-store.ts';
import type { ScheduleFactsSource } from './schedule-facts.ts';
import type { ScheduleStore } from './schedule-store.ts';
import type { SourceUseStore } from './source-use.ts';
import type { WorkFigures } from './work-figures.ts';

/** Everything that must survive, in one database: a method is one transaction. */
export interface Database {
  readonly datasets: DatasetStore;
  readonly jobs: JobStore;
  readonly revisions: RevisionStore;
  readonly quality: QualityStore;
  readonly outbox: Outbox;
  readonly changes: ChangeLog;
  readonly requestKeys: RequestKeys;
  readonly exercises: ExerciseStore;
  readonly sourceUse: SourceUseStore;
  readonly schedules: ScheduleStore;
  readonly scheduleFacts: ScheduleFactsSource;
  /** For a registry that is not in it. */
  readonly registryRows: RegistryRows;
  readonly access: AccessStore;
  readonly workFigures: WorkFigures;
  readonly drillReports: DrillReports;
  /** Whether it answers now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
