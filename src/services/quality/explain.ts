import { type Explanation, explainResult } from '../../core/checks/explain.ts';
import { detailSentences } from '../../core/checks/explain-details.ts';
import type { FailedRowsSample } from '../../core/checks/partition-query.ts';
import { type Recomputation, recomputeResult } from '../../core/checks/recompute.ts';
import type { Result } from '../../core/checks/result.ts';
import type { MetricDetail } from '../../core/metrics/metric.ts';

/** Why a result is what it is, and whether computing it again from its record gives the same. */
export type ExplanationView = {
  readonly result: Result;
  readonly explanation: Explanation;
  readonly recomputation: Recomputation;
  /** Of rows that should not exist: a sample. */
  readonly failedRows?: FailedRowsSample;
};

/** What is known of a result's revision beside its record. */
type Context = {
  /** The rows that should not exist. */
  readonly samples?: readonly FailedRowsSample[];
  readonly details?: readonly MetricDetail[];
};

/** Explains a result from its record alone, and illustrates it by what else is known of its revision. */
export function explanationView(
  result: Result,
  { samples = [], details = [] }: Context = {},
): ExplanationView {
  const failedRows = samples.find(({ metric }) => metric === result.metric);
  const { headline, sentences } = explainResult(result);
  return {
    result,
    explanation: { headline, sentences: [...sentences, ...detailSentences(result, details)] },
    recomputation: recomputeResult(result),
    ...(failedRows === undefined ? {} : { failedRows }),
  };
}
