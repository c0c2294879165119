import type { PartitionKey } from '../../base/ids.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import type { Schema } from '../datasets/schema.ts';
import type { MetricHistory } from '../thresholds/history.ts';

/** What suggestions are made from: the newest measured partitions, in order. */
export type SuggestInput = {
  readonly definition: DatasetDefinition;
  readonly history: MetricHistory;
  readonly partitions: readonly MeasuredPartition[];
};

/** A partition with the encoded profile of each of its batches. */
export type MeasuredPartition = {
  readonly key: PartitionKey;
  readonly schema: Schema;
  readonly rowCount: number;
  readonly profiles: readonly Uint8Array[];
};

/** Checks that the past speaks for, as YAML and one by one. */
export type Suggestions = {
  readonly partitions: number;
  readonly rows: number;
  readonly from?: PartitionKey;
  readonly to?: PartitionKey;
  readonly suggestions: readonly Suggestion[];
  /** The registered definition with the suggestions, each with its evidence as a comment. */
  readonly yaml: string;
};

/** One check, with what speaks for it. */
export type Suggestion = {
  /** Absent for the dataset as a whole. */
  readonly column?: string;
  readonly kind:
    | 'rows'
    | 'schema'
    | 'freshness'
    | 'not_null'
    | 'key'
    | 'values'
    | 'format'
    | 'pattern'
    | 'range'
    | 'length'
    | 'learned'
    | 'segment';
  /** The item of `checks:`, in the words of the YAML form; absent for a proposal that is only a comment. */
  readonly check?: Readonly<Record<string, CheckBody>>;
  /** The same, or the proposal, in one line. */
  readonly text: string;
  readonly evidence: string;
};

/** The body of a check in the YAML form. */
export type CheckBody = Readonly<Record<string, number | string | boolean | readonly (number | string)[]>>;
