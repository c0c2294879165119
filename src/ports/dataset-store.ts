import type { DatasetName } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Instant } from '../base/units.ts';
import type { DatasetDefinition } from '../core/datasets/definition.ts';

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
  /** All datasets by name. */
  list(): Promise<readonly RegisteredDataset[]>;
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
