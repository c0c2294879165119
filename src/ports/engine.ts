import type { PartitionKey } from '../base/ids.ts';
import type { Outcome } from '../base/outcome.ts';
import type { EvaluationInput, EvaluationOutput } from '../core/checks/evaluate.ts';
import type { PartitionQuery, QueryAnswer } from '../core/checks/partition-query.ts';
import type { WindowInput, WindowOutput } from '../core/checks/window-values.ts';
import type { TimeGrain } from '../core/datasets/definition.ts';
import type { RejectedRows } from '../core/datasets/revision.ts';
import type { Schema } from '../core/datasets/schema.ts';
import type { FilesScan } from '../core/datasets/source.ts';
import type { MeasurePlan } from '../core/metrics/plan.ts';
import type { Replay, ReplayInput } from '../core/policies/replay.ts';
import type { SuggestInput, Suggestions } from '../core/suggestions/suggestion.ts';
import type { Wait } from './provider.ts';

/**
 * The computing on rows and states, done in worker processes with a memory cap each. A request that runs into its
 * time-out, exceeds its memory or is aborted is stopped for real: its worker is interrupted, then killed. Failures are
 * outcomes: `TASK_TIMEOUT`, `MEMORY_LIMIT`, `WORKER_DIED`, `TASK_CANCELLED`, or what is wrong with the source.
 */
export interface Engine {
  /** Finds out columns, types and dialect of a source, without reading all of it. */
  describe(scan: FilesScan, wait: Wait): Promise<Outcome<SourceDescription>>;
  /** The partitions inside a source, with their number of rows, in the order of their keys. */
  partitionsOf(request: PartitionsOfRequest, wait: Wait): Promise<Outcome<readonly PartitionCount[]>>;
  /** Reads a source into batch files in `directory`, with bounded memory. Nothing of the source is changed. */
  ingest(request: IngestRequest, options: EngineOptions): Promise<Outcome<IngestOutput>>;
  /** Computes the metric states of batches or of a Parquet source, encoded (`decodeProfile`). */
  measure(request: MeasureRequest, options: EngineOptions): Promise<Outcome<MeasureOutput>>;
  /**
   * Puts a question to all rows of a revision, read-only. User SQL sees nothing but them: it is refused
   * (`QUERY_REFUSED`), or fails (`QUERY_FAILED`), or is stopped at its limits like any request, and harms nothing else.
   */
  query(request: QueryRequest, options: EngineOptions): Promise<Outcome<QueryAnswer>>;
  /** Merges states, judges them, explains: `evaluate` of `core/checks`, away from the caller's event loop. */
  evaluate(input: EvaluationInput, options: EngineOptions): Promise<Outcome<EvaluationOutput>>;
  /** Merges encoded profiles and tells the metrics of all their rows: `windowValues` of `core/checks`. */
  merge(input: WindowInput, options: EngineOptions): Promise<Outcome<WindowOutput>>;
  /** Judges the stored past by a policy: `replayPolicy` of `core/policies`, away from the caller's event loop. */
  replay(input: ReplayInput, options: EngineOptions): Promise<Outcome<Replay>>;
  /** Finds checks that the stored past speaks for: `suggestChecks` of `core/suggestions`. */
  suggest(input: SuggestInput, options: EngineOptions): Promise<Outcome<Suggestions>>;
  /** Ends all workers. */
  close(): Promise<void>;
}

export type EngineOptions = Wait & {
  readonly memoryMb: number;
  /** 0–1, called now and then while it works. */
  readonly onProgress?: (fraction: number) => void;
};

export type SourceDescription = {
  readonly schema: Schema;
  /** What was sniffed of a text file. */
  readonly dialect?: { readonly delimiter: string; readonly header: boolean; readonly encoding: string };
  /** Remarks for people, such as renamed duplicate columns. */
  readonly remarks: readonly string[];
};

export type PartitionsOfRequest = {
  readonly scan: FilesScan;
  readonly by:
    | { readonly kind: 'time'; readonly column: string; readonly by: TimeGrain }
    | { readonly kind: 'columns'; readonly columns: readonly string[] };
  /** Whether counts are wanted of each file by itself: one entry for each key and file, which `file` then names. */
  readonly perFile?: boolean;
};

export type PartitionCount = {
  readonly key: PartitionKey;
  readonly rowCount: number;
  /** For partitions by columns: their values, null as null. */
  readonly values?: Readonly<Record<string, string | null>>;
  /** The file that holds these rows, by its path, or its origin if it was fetched; when the request was `perFile`. */
  readonly file?: string;
};

export type IngestRequest = {
  readonly scan: FilesScan;
  /** An existing, empty directory that belongs to this request alone. */
  readonly directory: string;
  readonly rowsPerBatch: number;
  /** Rejected rows beyond this share of all rows (0–100) fail the request with `REJECTED_TOO_MANY`. */
  readonly rejectedPercentMax: number;
  /** Types that the last revision had: a text format is read with them, so that a column does not change its mind. */
  readonly previousSchema?: Schema;
};

export type IngestOutput = {
  readonly schema: Schema;
  readonly rowCount: number;
  readonly rejected: RejectedRows;
  readonly batches: readonly StagedBatch[];
};

/** A batch file that lies in the request's directory. */
export type StagedBatch = {
  readonly path: string;
  readonly rowCount: number;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly checksum: string;
};

/**
 * One batch, which gives the same bits when it is measured again; or batches together, on several threads: that costs less
 * than one by one, but the last bits of a sum may differ; or Parquet where it lies. Text becomes batches first, since it
 * would be parsed again for each column.
 */
export type MeasureRequest = {
  readonly source:
    | { readonly kind: 'batch'; readonly path: string; readonly schema: Schema }
    | { readonly kind: 'batches'; readonly batches: readonly StagedBatch[]; readonly schema: Schema }
    | { readonly kind: 'scan'; readonly scan: FilesScan };
  readonly plan: MeasurePlan;
};

export type QueryRequest = {
  /** The revision's batch files, in order; or a Parquet source as it lies there. */
  readonly paths: readonly string[];
  readonly schema: Schema;
  readonly query: PartitionQuery;
};

export type MeasureOutput = {
  readonly rowCount: number;
  /** The encoded `Profile`. */
  readonly profile: Uint8Array;
};
