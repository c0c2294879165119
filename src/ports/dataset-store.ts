import type { DatasetName } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Instant } from '../base/units.ts';
import type { DatasetDefinition, PublishRule } from '../core/datasets/definition.ts';
import type { PartitionSummary } from './revision-store.ts';

/** The registry: which datasets exist and what their owners said about them. */
export interface DatasetStore {
  /** Creates or replaces a definition; `changed` is false when it was the same already. */
  apply(
    definition: DatasetDefinition,
    at: Instant,
  ): Promise<{ readonly changed: boolean; readonly version: number }>;
  /**
   * Replaces a definition unless another version than `version` stands, or none: says whether it did. Of several at once
   * for one version, one replaces it.
   */
  replace(
    definition: DatasetDefinition,
    expected: { readonly version: number; readonly at: Instant },
  ): Promise<boolean>;
  get(dataset: DatasetName): Promise<RegisteredDataset | undefined>;
  /** Up to `limit` datasets by name, behind the name `after`. */
  page(request: {
    readonly after?: string | undefined;
    /** Only these. */
    readonly only?: readonly DatasetName[];
    readonly limit: number;
  }): Promise<readonly RegisteredDataset[]>;
  /** All datasets by name. */
  list(): Promise<readonly RegisteredDataset[]>;
  /** A line for people for each of these datasets, or for each there is, in no order: all of one statement. */
  lines(datasets?: readonly DatasetName[]): Promise<readonly DatasetLine[]>;
  /** Forgets a dataset with everything about it: `DATASET_NOT_FOUND`. Batches are swept later. */
  remove(dataset: DatasetName): Promise<Outcome<void>>;
  /** What the provider's last listing wants to be remembered. */
  getListing(dataset: DatasetName): Promise<unknown>;
}

export type RegisteredDataset = {
  readonly definition: DatasetDefinition;
  readonly version: number;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
};

/** What an overview says of a dataset. */
export type DatasetLine = {
  readonly dataset: DatasetName;
  readonly owner: string;
  readonly description?: string;
  readonly publish: PublishRule['type'];
  readonly version: number;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
  /** The last one by key. */
  readonly lastPartition?: PartitionSummary;
  /** When that was judged. */
  readonly checkedAt?: Instant;
  /** When somebody looks next whether there is more. */
  readonly nextScanAt?: Instant;
  readonly incidentsOpen: number;
};
