import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { fail } from '../../../src/base/outcome.ts';
import type { ReplayInput } from '../../../src/core/policies/replay.ts';
import type { MetricHistory } from '../../../src/core/thresholds/history.ts';
import { Replays } from '../../../src/services/quality/replays.ts';
import { definitionOf, flights, keyOf, schema } from '../../core/checks/flights.ts';

/** What the worker is asked to judge, for a past of so many partitions and metrics. */
async function askedOf(of: {
  readonly partitions: number;
  readonly metrics: number;
  readonly from?: string;
  readonly to?: string;
}): Promise<ReplayInput | string> {
  const { partitions, metrics, ...frame } = of;
  let asked: ReplayInput | undefined;
  const replays = new Replays({
    datasets: { get: async () => ({ definition: definitionOf() }) } as never,
    quality: { history: async () => historyOf(partitions, metrics) } as never,
    revisions: { measured: async () => [{ partition: keyOf(0), schema }] } as never,
    holidays: { codes: async () => [], inYear: async () => ({}) } as never,
    engine: {
      replay: async (input) => {
        asked = input;
        return fail(failure('TASK_CANCELLED', 'only the question counts here'));
      },
    },
  });
  const answer = await replays.replay({ dataset: flights, ...frame }, new AbortController().signal);
  return asked ?? (answer.ok ? '' : answer.error.code);
}

function historyOf(partitions: number, metrics: number): MetricHistory {
  return {
    partitions: Array.from({ length: partitions }, (_, nth) => ({ key: keyOf(nth), revision: 1 })),
    series: Array.from({ length: metrics }, (_, nth) => ({
      metric: `c${nth}.avg`,
      scale: 'number',
      values: Array.from({ length: partitions }, (_value, at) => at),
      rows: Array.from({ length: partitions }, () => 1),
    })),
  };
}

describe('Replays', () => {
  it('asks for the partitions of the frame, with all before them to learn from', async () => {
    const asked = await askedOf({ partitions: 60, metrics: 2, from: '2001-01-11', to: '2001-01' });
    assert.ok(typeof asked !== 'string');
    assert.deepEqual([asked.start, asked.end], [10, 31]);
    assert.equal(asked.history.partitions.length, 60);
    assert.deepEqual(Object.keys(asked.schemas), [keyOf(0)]);
    assert.equal(asked.registered, undefined);
  });

  it('has nothing to replay in a frame without partitions', async () => {
    assert.equal(await askedOf({ partitions: 5, metrics: 1, from: '2002-01-01' }), 'PARTITION_NOT_FOUND');
    assert.equal(await askedOf({ partitions: 0, metrics: 1 }), 'PARTITION_NOT_FOUND');
  });

  it('takes fewer of the newest partitions of a dataset with very many metrics', async () => {
    const asked = await askedOf({ partitions: 700, metrics: 400 });
    assert.ok(typeof asked !== 'string');
    assert.equal(asked.history.partitions.length, 500);
    assert.equal(asked.history.partitions.at(-1)?.key, keyOf(699));
    assert.equal(asked.history.series[0]?.values[0], 200);
    assert.deepEqual([asked.start, asked.end], [0, 500]);
  });
});
