import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { ResultStatus } from '../checks/result.ts';

/** What people are told: one digest for a checked partition, never a message per check. */
export type Message = {
  readonly kind:
    | 'partition_checked'
    | 'backfill_finished'
    | 'ingest_failed'
    /** Somebody did something to an incident. */
    | 'incident_changed'
    /** A periodic dataset was due and did not come, and came after all. */
    | 'scan_missed'
    | 'scan_arrived';
  readonly dataset: DatasetName;
  readonly partition?: PartitionKey;
  readonly revision?: number;
  /** The worst status among the results. */
  readonly status: ResultStatus;
  /** One line. */
  readonly title: string;
  /** The worst first; at most 20. */
  readonly lines: readonly string[];
  readonly counts: Readonly<Record<ResultStatus, number>>;
  readonly incidents: readonly {
    readonly id: string;
    readonly state: string;
    readonly title: string;
    /** What this message is about: absent where the incident is only named. */
    readonly event?: 'opened' | 'changed' | 'resolved';
  }[];
  readonly at: Instant;
  /** The trace of the work that it tells about; absent in messages of releases without traces. */
  readonly traceId?: string;
};
