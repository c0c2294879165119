import { type Explanation, explainResult } from '../../core/checks/explain.ts';
import { type Recomputation, recomputeResult } from '../../core/checks/recompute.ts';
import type { Result } from '../../core/checks/result.ts';

/** Why a result is what it is, and whether computing it again from its record gives the same. */
export type ExplanationView = {
  readonly result: Result;
  readonly explanation: Explanation;
  readonly recomputation: Recomputation;
};

/** Explains a result from its record alone. */
export function explanationView(result: Result): ExplanationView {
  return { result, explanation: explainResult(result), recomputation: recomputeResult(result) };
}
