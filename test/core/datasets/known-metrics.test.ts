import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownMetrics } from '../../../src/core/datasets/decode/known-metrics.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { catalogue } from '../../../src/core/metrics/catalogue.ts';

/** Metrics that need a check's settings, or other partitions to compare with. */
const notOfAllColumns = ['percentile', 'invalid_count', 'invalid_percent', 'psi', 'js_distance'];

/** The column metrics that are measured, by name, with their scales. */
function measuredMetrics(): Map<string, string> {
  const kinds = ['BIGINT', 'DOUBLE', 'VARCHAR', 'BOOLEAN', 'DATE', 'TIMESTAMP'].map(columnType);
  const metrics = new Map<string, string>();
  for (const type of kinds) {
    for (const family of catalogue.filter((one) => one.applies(type.kind))) {
      for (const { metric, scale } of family.metrics(family.empty(), { type, rows: 0 }))
        metrics.set(metric, scale);
    }
  }
  return metrics;
}

test('checks can name every column metric that is measured, in its own scale, and no other', () => {
  const measured = [...measuredMetrics()].filter(([metric]) => !/^p\d+$/.test(metric));
  const known = Object.entries(knownMetrics)
    .filter(([metric, { of }]) => of === 'column' && !notOfAllColumns.includes(metric))
    .map(([metric, { scale }]) => [metric, scale]);
  assert.deepEqual(Object.fromEntries(known), Object.fromEntries(measured));
});
