import type { ResultStatus } from './result.ts';

/** From best to worst. A partition of which nothing could be judged yet is `not_evaluated`; one pass makes it `pass`. */
const order = ['not_evaluated', 'pass', 'warn', 'fail', 'error'] as const satisfies readonly ResultStatus[];

/** The worst of the statuses; `not_evaluated` for none. An error is worse than a failure: nothing is known then. */
export function worstStatus(statuses: Iterable<ResultStatus>): ResultStatus {
  let worst = 0;
  for (const status of statuses) worst = Math.max(worst, order.indexOf(status));
  return order[worst] ?? 'not_evaluated';
}

/** How many results have each status. */
export function countStatuses(
  results: Iterable<{ readonly status: ResultStatus }>,
): Record<ResultStatus, number> {
  const counts = { pass: 0, warn: 0, fail: 0, error: 0, not_evaluated: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** Orders results for people: the worst status first, the most severe first within it. */
export function compareResults(
  a: { readonly status: ResultStatus; readonly severity?: number; readonly check: string },
  b: { readonly status: ResultStatus; readonly severity?: number; readonly check: string },
): number {
  const byStatus = order.indexOf(b.status) - order.indexOf(a.status);
  if (byStatus !== 0) return byStatus;
  const bySeverity = (b.severity ?? 0) - (a.severity ?? 0);
  if (bySeverity !== 0) return bySeverity;
  return a.check < b.check ? -1 : Number(a.check > b.check);
}

/** Whether a status asks for somebody's attention. */
export function isFailing(status: ResultStatus): status is 'warn' | 'fail' | 'error' {
  return status === 'warn' || status === 'fail' || status === 'error';
}
