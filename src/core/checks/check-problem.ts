import type { ErrorCode } from '../../base/errors.ts';

/** Why a check can not be evaluated, in one sentence. */
export type CheckProblem = { readonly code: ErrorCode; readonly message: string };

/** A definition that gained a check says nothing about what was measured before: that is no pass. */
export const unasked: CheckProblem = {
  code: 'METRIC_NOT_FOUND',
  message:
    'this revision was measured before the definition asked for it; `assay scan --force` or `assay backfill --force` measures it again',
};
