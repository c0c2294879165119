import type { ResultStatus } from '../../core/checks/result.ts';

/** The order of `worstStatus` as numbers that an index can keep: the worst first. */
export const statusRank: Readonly<Record<ResultStatus, number>> = {
  error: 0,
  fail: 1,
  warn: 2,
  pass: 3,
  not_evaluated: 4,
};
