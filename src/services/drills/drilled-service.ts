import type { Outcome } from '../../base/outcome.ts';
import type { Result } from '../../core/checks/result.ts';
import type { PartitionSummary } from '../../ports/revision-store.ts';
import type { BackfillView } from '../ingestion/backfills.ts';
import type { JobDetailView, JobView } from '../ingestion/job-history.ts';
import type { ScanView } from '../ingestion/scans.ts';
import type { IncidentView } from '../quality/incidents.ts';
import type { ApplyRequest, ApplyView } from '../registry/registry.ts';

/** The part of the API that a drill talks to: what a person would ask for, over the network. */
export interface DrilledService {
  apply(body: ApplyRequest): Promise<Outcome<ApplyView>>;
  startBackfill(body: { dataset: string; concurrency?: number }): Promise<Outcome<BackfillView>>;
  startScan(body: { dataset: string }): Promise<Outcome<ScanView>>;
  jobs(query: {
    dataset?: string;
    kind?: string;
    open?: boolean;
    limit?: number;
  }): Promise<Outcome<{ jobs: readonly JobView[] }>>;
  job(id: string): Promise<Outcome<JobDetailView>>;
  partitions(
    dataset: string,
    query: { limit?: number },
  ): Promise<Outcome<{ partitions: readonly PartitionSummary[] }>>;
  results(
    dataset: string,
    query: { partition?: string; limit?: number },
  ): Promise<Outcome<{ results: readonly Result[] }>>;
  incidents(query: {
    dataset?: string;
    limit?: number;
  }): Promise<Outcome<{ incidents: readonly IncidentView[] }>>;
}
