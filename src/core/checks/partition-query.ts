import type { Failure } from '../../base/errors.ts';
import type { MetricKey } from '../metrics/metric.ts';

/**
 * A question that the states of single batches can not answer: it is put to all rows of a revision at once. In user SQL
 * these rows are the table `data`.
 */
export type PartitionQuery =
  /** A statement with one number as its result. */
  | { readonly kind: 'custom_sql'; readonly metric: MetricKey; readonly sql: string }
  /** A statement whose rows should not exist: they are counted, and some are kept. */
  | { readonly kind: 'failed_rows'; readonly metric: MetricKey; readonly sql: string }
  /** Rows that are equal, in all columns, to an earlier one. */
  | { readonly kind: 'duplicate_rows'; readonly metric: MetricKey }
  /** Rows whose value of the column occurred before: rows that are not null minus distinct values, exactly. */
  | { readonly kind: 'duplicate_values'; readonly metric: MetricKey; readonly column: string };

/** The answer to a query. */
export type QueryAnswer = {
  /** Undefined where the result is null or no row. */
  readonly value: number | undefined;
  readonly exact?: string;
  /** Rows that were looked at. */
  readonly rows: number;
  /** Of `failed_rows`: at most `limits.failedRowsMax` rows. */
  readonly sample?: FailedRows;
};

/** Rows that should not exist, as texts; null stays null. */
export type FailedRows = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
};

/** A sample with the metric that counts all such rows. */
export type FailedRowsSample = FailedRows & {
  readonly metric: MetricKey;
  /** How many there are in all. */
  readonly count: number;
};

/** What became of a query: a refused or stopped one is an `error` result of its check, and of nothing else. */
export type QueryOutcome = { readonly metric: MetricKey } & (
  | { readonly ok: true; readonly answer: QueryAnswer }
  | { readonly ok: false; readonly failure: Failure }
);

/** The samples among outcomes, of each query that found rows. */
export function failedRowsOf(outcomes: readonly QueryOutcome[]): readonly FailedRowsSample[] {
  return outcomes.flatMap((outcome) => {
    const sample = outcome.ok ? outcome.answer.sample : undefined;
    if (!outcome.ok || sample === undefined || sample.rows.length === 0) return [];
    return [{ metric: outcome.metric, count: outcome.answer.value ?? sample.rows.length, ...sample }];
  });
}

/** The answer where there are no rows to ask: nothing is counted, and a statement of one's own has no value. */
export function answerOfNoRows({ kind }: PartitionQuery): QueryAnswer {
  return { value: kind === 'custom_sql' ? undefined : 0, rows: 0 };
}
