import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detailSentences, hasDetail } from '../../../src/core/checks/explain-details.ts';
import type { MetricDetail } from '../../../src/core/metrics/metric.ts';

const stored: readonly MetricDetail[] = [
  {
    metric: 'top_patterns',
    column: 'id',
    values: [
      { value: 'A', count: 12 },
      { value: 'A-9999', count: 1_988 },
    ],
    countError: 0,
  },
  { metric: 'formats', column: 'id', values: [{ value: 'hex', count: 7 }], countError: 0 },
  { metric: 'hours', column: 'at', values: [{ value: '05', count: 3 }], countError: 0 },
  {
    metric: 'js_distance',
    column: 'id',
    values: [{ value: 'SFO', count: 0, percent: { from: 30, to: 0 } }],
    countError: 0,
  },
];

describe('what is behind a number', () => {
  it('is said with it, the most frequent first', () => {
    const sentences = (metric: string): readonly string[] => detailSentences({ metric }, stored);
    const patterns = ['The most frequent patterns, with their rows: “A-9999” 1,988, “A” 12.'];
    assert.deepEqual(sentences('id.pattern_count'), patterns);
    assert.deepEqual(sentences('id.top_pattern_percent'), patterns);
    assert.deepEqual(sentences('id.format_percent'), ['The formats found, with their rows: “hex” 7.']);
    assert.deepEqual(sentences('at.avg_hour'), ['The hours with most rows: “05” 3.']);
    const moved = ['What moved most, in percent of the rows: “SFO” from 30 % to 0 %.'];
    assert.deepEqual(sentences('id.psi'), moved);
  });

  it('is that of the group where a result is about a group of rows', () => {
    const own = { metric: 'top_values', column: 'id', segment: 'origin=SFO' };
    const details = [...stored, { ...own, values: [{ value: 'a-7', count: 3 }], countError: 0 }];
    assert.deepEqual(detailSentences({ metric: 'id.distinct_count[origin=SFO]' }, details), [
      'The most frequent values, with their rows: “a-7” 3.',
    ]);
    assert.deepEqual(detailSentences({ metric: 'id.distinct_count[origin=LAX]' }, details), []);
    assert.deepEqual(detailSentences({ metric: 'id.distinct_count' }, details), []);
  });

  it('is nothing where nothing is stored', () => {
    assert.deepEqual(detailSentences({ metric: 'id.distinct_count' }, stored), []);
    assert.equal(hasDetail({ metric: 'delay.avg' }), false);
  });
});
