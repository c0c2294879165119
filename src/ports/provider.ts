import type { Outcome } from '../base/outcome.ts';
import type { DatasetDefinition } from '../core/datasets/definition.ts';
import type { Schema } from '../core/datasets/schema.ts';
import type { FilesScan, ListedPartition } from '../core/datasets/source.ts';

/** Where datasets come from. One folder behind this interface makes a provider. */
export interface Provider {
  /**
   * Lists the partitions that exist now, each with a fingerprint, in the order of their keys. Reads as little as the
   * source allows: `known` holds what an earlier listing found out, so that nothing unchanged is opened again.
   */
  partitions(request: ListRequest): Promise<Outcome<Listing>>;
  /** The columns that reading would give now. */
  schema(definition: DatasetDefinition, wait: Wait): Promise<Outcome<Schema>>;
  /**
   * Brings the rows of a listed partition to where the engine can read them: files of this machine. What lies here
   * already stays where it is; anything else is written below the request's directory, with bounded memory and whole, or
   * not at all. The source is read only. `SOURCE_CHANGED` when it is no longer what was listed.
   */
  fetch(request: FetchRequest): Promise<Outcome<FilesScan>>;
}

export type ListRequest = {
  readonly definition: DatasetDefinition;
  /** What the last listing returned as `remember`, if there was one. */
  readonly known: unknown;
  readonly wait: Wait;
};

export type Listing = {
  readonly partitions: readonly ListedPartition[];
  /** Plain data that makes the next listing cheap; stored, given back as `known`. */
  readonly remember: unknown;
};

export type FetchRequest = {
  readonly definition: DatasetDefinition;
  /** As `partitions` listed it. */
  readonly listed: ListedPartition;
  /** An existing, empty directory that belongs to this request alone; whoever asks removes it. */
  readonly directory: string;
  readonly wait: Wait;
  /** 0–1, called now and then while it fetches. */
  readonly onProgress?: (fraction: number) => void;
};

/** A deadline for one call, and the way to end it earlier. */
export type Wait = { readonly signal: AbortSignal; readonly timeoutMs: number };
