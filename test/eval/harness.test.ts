import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { assay } from '../../eval/judge/assay.ts';
import { alarmsOf } from '../../eval/judge/count.ts';
import { replayDrift } from '../../eval/judge/drift.ts';
import { recalls } from '../../eval/judge/recall.ts';
import { type Replay, replay, type StreamData } from '../../eval/judge/replay.ts';
import { summaryOf } from '../../eval/judge/summary.ts';
import { cleanPartition, historyOf } from '../../eval/measure/clean-partition.ts';
import type { MeasuredPartition, MeasuredTest } from '../../eval/measure/measured.ts';
import { plannedTests } from '../../eval/measure/plan.ts';
import { StreamTables } from '../../eval/measure/stream-tables.ts';
import { vectorsOf } from '../../eval/measure/vectors-of.ts';
import { definitionOf, type RowStream } from '../../eval/streams/stream.ts';
import { day, instant } from '../../src/base/units.ts';
import { evaluate } from '../../src/core/checks/evaluate.ts';
import type { Result } from '../../src/core/checks/result.ts';
import { partitionEnd } from '../../src/core/datasets/partition-key.ts';
import type { MetricValue } from '../../src/core/metrics/metric.ts';

/** Thirty days of about 200 sales, and nothing wrong with them. */
const sales: RowStream = {
  name: 'sales',
  about: 'generated',
  definition: definitionOf({
    dataset: 'sales',
    provider: { type: 'files', path: '/sales/*.csv' },
    partition: { file: true },
    freshness_column: 'moment',
    columns: [{ name: 'city', segment: true }],
  }),
  load: async (connection) => {
    await connection.run(`
      create table stream as
      select strftime(date '2001-01-01' + d::int, '%Y-%m-%d') as __key,
        timestamp '2001-01-01' + to_days(d::int) + to_minutes((hash(d, i) % 1440)::int) as moment,
        (20 + hash(i, d, 1) % 60)::bigint as amount, round(1 + (hash(i, d, 2) % 900) / 100, 2)::double as price,
        ['Bonn', 'Rome', 'Lima', 'Oslo', 'Nice'][1 + (hash(i, d, 3) % 5)::int] as city,
        'A-' || (1000 + hash(i, d, 4) % 9000) as code
      from range(30) days(d), range(220) sales(i) where hash(d, i, 5) % 100 < 90`);
  },
  columns: {
    numbers: ['amount', 'price'],
    texts: ['city', 'code'],
    times: ['moment'],
    lettered: ['city'],
    categories: ['city'],
    tenant: 'city',
  },
};

/** The place of the partition that errors are put into. */
const tested = 29;

describe('the evaluation', () => {
  let measured: MeasuredPartition[];
  let data: StreamData;
  let judged: Replay;

  before(async () => {
    const tables = await StreamTables.open(sales, '');
    measured = [];
    for (const place of tables.keys.keys()) {
      measured.push(await tables.measure(place, place < tested ? [] : plannedTests(place)));
    }
    const { name, definition } = sales;
    const clean = measured.map((one) => cleanPartition(definition, one));
    const partitions = measured.map((one, at) => vectorsOf(definition, one, clean.slice(0, at)));
    data = { name, definition, partitions };
    judged = replay(data, assay(1));
  });

  it('finds what nobody could miss, and little in clean data', () => {
    const found = new Map(recalls(judged, 1).map((one) => [`${one.type}: ${one.magnitude}`, one]));
    for (const id of [
      'explicit missing: 100 %',
      'unit change, 100 % of rows: × 1000',
      'duplicates: × 10',
      'empty partition: all rows lost',
      'schema change: dropped column',
    ]) {
      assert.equal(found.get(id)?.found, found.get(id)?.tests, id);
    }
    const { falseAlarms, auc } = summaryOf(judged);
    assert.ok(falseAlarms.days <= 15 && auc > 0.8, JSON.stringify({ falseAlarms, auc }));
  });

  it('judges each corrupted partition as the product does', () => {
    const partition = measured[tested];
    assert.ok(partition !== undefined && partition.tests.length > 70);
    const history = historyOf(
      data.partitions.slice(0, tested).map((one) => ({ key: one.key, values: valuesIn(one) })),
    );
    const previous = measured[tested - 1];
    assert.ok(previous !== undefined);
    const now = instant((partitionEnd(partition.key) ?? 0) + day / 4);
    for (const [at, { test, judged: scores }] of judged.tests.entries()) {
      // Each takes a while: the schema and the rows of the last ones, and some of the others.
      if (at % 6 !== 0 && at < judged.tests.length - 8) continue;
      const corrupted: MeasuredTest | undefined = partition.tests[at];
      assert.ok(corrupted !== undefined && corrupted.id === test.id);
      const { profile, ...own } = corrupted.measured;
      const { evaluations } = evaluate({
        definition: sales.definition,
        now,
        history,
        baseline: measured.slice(tested - 28, tested).map((one) => {
          return { key: one.key, profiles: [zstdDecompressSync(one.clean.profile)] };
        }),
        previousSchema: { revision: revisionOf(previous.key), schema: previous.clean.schema },
        targets: [
          {
            ...own,
            revision: revisionOf(partition.key),
            rejected: { count: 0, samples: [] },
            ingestedAt: now,
            profiles: [zstdDecompressSync(profile)],
          },
        ],
      });
      const results: readonly Result[] = evaluations[0]?.results ?? [];
      const alarms = results.filter(({ status }) => status === 'warn' || status === 'fail');
      assert.deepEqual([...alarmsOf(scores, 1)].sort(), alarms.map(({ check }) => check).sort(), test.id);
    }
  });

  it('follows what grows only where all of its days are there', () => {
    assert.deepEqual(replayDrift(data, assay(1)), []);
  });
});

function revisionOf(partition: MeasuredPartition['key']) {
  return { dataset: sales.definition.dataset, partition, number: 1 };
}

/** All clean metrics, drift too. */
function valuesIn({ metrics, clean }: StreamData['partitions'][number]): MetricValue[] {
  return metrics.flatMap((metric, at) => {
    const [value = Number.NaN, rows = -1] = [clean.values[at], clean.rows[at]];
    return rows < 0 ? [] : [{ ...metric, value: Number.isNaN(value) ? undefined : value, rows }];
  });
}
