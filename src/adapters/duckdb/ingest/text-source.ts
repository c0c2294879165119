import type { RejectedRows } from '../../../core/datasets/revision.ts';
import type { RawColumn } from '../columns/infer-types.ts';
import type { TextFile } from '../files/text-file.ts';
import { literalList } from '../sql.ts';

/** Rows of text as a relation. */
export type TextRows = {
  readonly columns: readonly RawColumn[];
  /** Whether the reader can be asked for types other than text. */
  readonly isTyped: boolean;
  /** Whether the reader's threads each read what makes a good row group, as long as all of the rows are taken. */
  readonly isInPieces?: boolean;
  /** SQL of the first rows, all columns as text. */
  readonly sample: string;
  /**
   * SQL of all rows, each column in the type given for its raw name, otherwise text; on demand with `f`, the index of
   * the file. The reader stops at a bad row.
   */
  rows(types: ReadonlyMap<string, string>, withFile?: boolean): string;
};

/** Files of a text format. CSV and JSON differ in how their rows are found, not in what becomes of them. */
export type TextSource = TextRows & {
  readonly files: readonly TextFile[];
  /** The same files as people know them. */
  readonly paths: readonly string[];
  readonly remarks: readonly string[];
  /** That DuckDB's reader could take lines within texts for records: they are to be taken apart before they are read. */
  readonly mustBeCleaned?: true;
  /** Takes the files apart row by row, once: slower, and no bad row stops it. */
  clean(): Promise<CleanText>;
};

/**
 * Rows that a reader can not fail on, unless by their types, in a file of our own. `rows` has beside the columns always
 * `r` (line number), `f` (index of the file) and `t` (the row's text).
 */
export type CleanText = TextRows & {
  /** Rows that have no fields to speak of. */
  readonly rejected: RejectedRows;
};

/** A function that does its work at the first call and gives the same result to all. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => (begun ??= work());
}

/** Rows from which types are guessed at first: a wrong guess costs a second reading, never a value. */
const sampleRows = 10_240;
/** Cells of a sample: wide files are sampled less deep. */
const sampleCells = 2_000_000;

/** SQL of the index of the file that a row is of. */
export function fileIndexSql(readPaths: readonly string[]): string {
  return `list_position(${literalList(readPaths)}, filename) - 1 as f`;
}

/** How many rows to look at of a source with so many columns. */
export function sampleRowsOf(columns: number): number {
  return Math.max(500, Math.min(sampleRows, Math.floor(sampleCells / Math.max(1, columns))));
}
