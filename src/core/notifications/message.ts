import type { DatasetName, PartitionKey } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import type { ResultStatus } from '../checks/result.ts';

/** What people are told: one digest for a checked partition, never a message per check. */
export type Message = {
  readonly kind: 'partition_checked' | 'backfill_finished' | 'ingest_failed';
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
  }[];
  readonly at: Instant;
};
