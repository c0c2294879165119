import type { Result } from '../../../../src/core/checks/result.ts';

const bad: ReadonlySet<string> = new Set(['fail', 'error', 'warn']);
/** What owners ask about first when nothing is wrong. */
const usual = ['freshness', '.null_percent', '.avg', '.distinct_count', '.avg_length'];

/** The metrics that say most about a partition: the number of rows, what alarms, then what owners ask about first. */
export function worthSeeing(all: readonly Result[], limit: number): readonly string[] {
  const numeric = all.filter(({ value }) => value !== undefined);
  const alarming = numeric
    .filter(({ status }) => bad.has(status))
    .toSorted((a, b) => (b.severity ?? 0) - (a.severity ?? 0));
  const quiet = usual.flatMap((name) => numeric.filter(({ metric }) => metric.endsWith(name)).slice(0, 1));
  const rows = numeric.filter(({ metric }) => metric === 'row_count');
  return [...new Set([...rows, ...alarming, ...quiet, ...numeric].map(({ metric }) => metric))].slice(
    0,
    limit,
  );
}
