import type { DatasetName } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Instant } from '../base/units.ts';
import type { DatasetDefinition } from '../core/datasets/definition.ts';

/**
 * What the database keeps of datasets whose definitions are kept elsewhere: a row for each, with what people are shown and
 * asked for. The row decides whether the dataset exists: it is added and removed in transactions with all that hangs on it.
 */
export interface RegistryRows {
  /**
   * Says where the definitions of this database are, once and for all: `REGISTRY_ELSEWHERE` when it was said otherwise
   * before, or when it holds definitions of its own.
   */
  claim(place: RegistryPlace): Promise<Outcome<void>>;
  /** The rows of these datasets; those that do not exist are absent. */
  read(datasets: readonly DatasetName[]): Promise<ReadonlyMap<DatasetName, RegistryRow>>;
  /**
   * Adds a row and, before anybody can see it, runs `store`: a second one who adds the same waits meanwhile. False, and
   * nothing is stored, when there is one already. `store` may run twice.
   */
  add(definition: DatasetDefinition, row: NewRegistryRow, store: () => Promise<void>): Promise<boolean>;
  /** Brings the row of a registration up to a later version; a row of a later version, or another registration, stays. */
  update(definition: DatasetDefinition, row: RegistryRow & { readonly at: Instant }): Promise<void>;
}

/** `postgres`: in the database itself. Otherwise a text that tells places apart. */
export type RegistryPlace = 'postgres' | `dynamodb:${string}`;

export type RegistryRow = {
  /** Tells apart datasets that were registered under one name, one after the other. */
  readonly registration: string;
  readonly version: number;
};

export type NewRegistryRow = { readonly registration: string; readonly at: Instant };
