import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetName, PartitionKey } from '../../../src/base/ids.ts';
import { RepeatedPartitions } from '../../../src/core/checks/repeated-partition.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import type { MetricValue } from '../../../src/core/metrics/metric.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';

const schema: Schema = [
  { name: 'at', type: columnType('TIMESTAMP') },
  { name: 'amount', type: columnType('DOUBLE') },
  { name: 'shop', type: columnType('VARCHAR') },
];
const dataset = 'sales' as DatasetName;

/** The metrics of one day; the same seed gives the same rows. */
function valuesOf(seed: number, day: number): MetricValue[] {
  const random = createSeededRandom(seed);
  const value = (column: string, metric: string): MetricValue => ({
    column,
    metric,
    value: random.below(1_000_000) / 10_000,
    scale: 'number',
    rows: 500,
  });
  return [
    ...['min', 'max', 'avg', 'sum', 'stddev', 'p50'].map((metric) => value('amount', metric)),
    value('shop', 'distinct_count'),
    { column: 'at', metric: 'max', value: day * 86_400_000, scale: 'number', rows: 500 },
  ];
}

/** Feeds one day for each seed, and says on which days the rule fired. */
function daysThatRepeat(seeds: readonly number[], rowCount = 500): number[] {
  const repeated = new RepeatedPartitions(noHistory);
  return seeds.flatMap((seed, day) => {
    const partition = new Date(86_400_000 * day).toISOString().slice(0, 10) as PartitionKey;
    const found = repeated.step(
      { dataset, partition, number: 1 },
      { schema, values: valuesOf(seed, day), rowCount },
    );
    return found.length > 0 ? [day] : [];
  });
}

const differentDays = Array.from({ length: 20 }, (_, day) => day + 1);

describe('a partition that repeats an earlier one', () => {
  it('fails, even with a new date', () => {
    assert.deepEqual(daysThatRepeat([...differentDays, 20]), [20]);
    assert.deepEqual(daysThatRepeat([...differentDays, 13]), [20]);
  });

  it('fails once more when it comes again, and then is a habit', () => {
    assert.deepEqual(daysThatRepeat([...differentDays, 20, 20, 20]), [20, 21]);
  });

  it('is not noticed in datasets that repeat themselves, in the first days, or among a handful of rows', () => {
    assert.deepEqual(daysThatRepeat(Array.from({ length: 30 }, (_, day) => day % 3)), []);
    assert.deepEqual(daysThatRepeat([1, 2, 3, 4, 5, 5]), []);
    assert.deepEqual(daysThatRepeat([...differentDays, 20], 10), []);
  });

  it('is none when one metric differs', () => {
    assert.deepEqual(daysThatRepeat([...differentDays, 21]), []);
  });
});
