import { RepeatedPartitions } from '../../src/core/checks/repeated-partition.ts';
import { DefinedMetrics, emptyPartitionResult } from '../../src/core/checks/rules.ts';
import { schemaResult } from '../../src/core/checks/schema-check.ts';
import type { RevisionRef } from '../../src/core/datasets/revision.ts';
import type { Schema } from '../../src/core/datasets/schema.ts';
import type { MetricValue } from '../../src/core/metrics/metric.ts';
import type { MetricHistory } from '../../src/core/thresholds/history.ts';

/** What rules judge a table by. */
export type RuleContext = {
  readonly revision: RevisionRef;
  readonly history: MetricHistory;
  readonly previous: { readonly revision: RevisionRef; readonly schema: Schema } | undefined;
};

/**
 * The rules that are always on: empty and repeated partitions, schema, metrics without a value. They need no threshold, so
 * every method is given them. The keys of the checks that alarm, with their severity.
 */
export function ruleAlarms(
  table: { readonly schema: Schema; readonly rowCount: number; readonly values: readonly MetricValue[] },
  { revision, history, previous }: RuleContext,
): ReadonlyMap<string, number> {
  const results = [
    emptyPartitionResult(revision, table.rowCount),
    schemaResult(revision, table.schema, previous),
    ...(table.rowCount === 0 ? [] : new DefinedMetrics(history).judge(revision, table.values)),
    ...new RepeatedPartitions(history).step(revision, table),
  ];
  return new Map(
    results.flatMap(({ check, status, severity = 0 }) => {
      return status === 'warn' || status === 'fail' ? [[check, severity] as const] : [];
    }),
  );
}
