import type { PartitionKey } from '../../src/base/ids.ts';
import type { Schema } from '../../src/core/datasets/schema.ts';

/** A measured table: what evaluation is given of a revision. */
export type Measured = {
  readonly schema: Schema;
  readonly rowCount: number;
  /** Of its rows as CSV. */
  readonly sizeBytes: number;
  /** The encoded profile, compressed with zstd. */
  readonly profile: Uint8Array;
};

/** A partition with one error in it. */
export type MeasuredTest = {
  /** `injectionId`. */
  readonly id: string;
  /** The column that was struck; empty for the partition as a whole. */
  readonly column: string;
  /** For errors that grow: the place of the partition where it began. */
  readonly began?: number;
  readonly measured: Measured;
};

/** A partition, clean and with each error. */
export type MeasuredPartition = {
  readonly key: PartitionKey;
  readonly clean: Measured;
  readonly tests: readonly MeasuredTest[];
};
