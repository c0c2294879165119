import { type Explanation, explainResult } from '../../core/checks/explain.ts';
import type { FailedRowsSample } from '../../core/checks/partition-query.ts';
import { type Recomputation, recomputeResult } from '../../core/checks/recompute.ts';
import type { Result } from '../../core/checks/result.ts';

/** Why a result is what it is, and whether computing it again from its record gives the same. */
export type ExplanationView = {
  readonly result: Result;
  readonly explanation: Explanation;
  readonly recomputation: Recomputation;
  /** Of rows that should not exist: a sample. */
  readonly failedRows?: FailedRowsSample;
};

/** Explains a result from its record alone; `samples` are the failed rows of its revision. */
export function explanationView(result: Result, samples: readonly FailedRowsSample[] = []): ExplanationView {
  const failedRows = samples.find(({ metric }) => metric === result.metric);
  return {
    result,
    explanation: explainResult(result),
    recomputation: recomputeResult(result),
    ...(failedRows === undefined ? {} : { failedRows }),
  };
}
