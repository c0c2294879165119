import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownMetrics, laterMetrics } from '../../../src/core/datasets/decode/known-metrics.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { catalogue } from '../../../src/core/metrics/catalogue.ts';

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
    .filter(([metric, { of }]) => of === 'column' && metric !== 'percentile')
    .map(([metric, { scale }]) => [metric, scale]);
  assert.deepEqual(Object.fromEntries(known), Object.fromEntries(measured));
});

test('no metric is both known and still to come', () => {
  assert.deepEqual(
    laterMetrics.filter((metric) => Object.hasOwn(knownMetrics, metric)),
    [],
  );
});
