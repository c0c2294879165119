import type { Result, ResultStatus } from '../../core/checks/result.ts';

/** The worst first. A partition of which something was judged is not `not_evaluated`, though single checks of it are. */
export const statusRank: Readonly<Record<ResultStatus, number>> = {
  error: 0,
  fail: 1,
  warn: 2,
  pass: 3,
  not_evaluated: 4,
};

/** The worst status of these results; undefined of none. */
export function worstStatus(results: readonly Result[]): ResultStatus | undefined {
  let worst: ResultStatus | undefined;
  for (const { status } of results) {
    if (worst === undefined || statusRank[status] < statusRank[worst]) worst = status;
  }
  return worst;
}
