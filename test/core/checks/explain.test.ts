import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainResult } from '../../../src/core/checks/explain.ts';
import { formatChange, formatNumber, formatValue, splitMetricKey } from '../../../src/core/checks/format.ts';
import { recomputeResult } from '../../../src/core/checks/recompute.ts';
import type { Result } from '../../../src/core/checks/result.ts';
import { hash64, resultIdOf } from '../../../src/core/checks/result-id.ts';
import { countStatuses, worstStatus } from '../../../src/core/checks/status.ts';
import { definitionOf, flights, judgedDays, judgeNext, keyOf, pastDays, resultOf } from './flights.ts';

function stored(result: Result): Result {
  return JSON.parse(JSON.stringify(result)) as Result;
}

describe('recomputeResult', () => {
  it('agrees bit for bit with every result, after it was stored as JSON', () => {
    const troubles = [
      {},
      { rows: 150 },
      { nullPercent: 30 },
      { factor: 7 },
      { rows: 0 },
      { nullPercent: 100 },
    ];
    const checks = [
      {
        metric: 'row_count',
        settings: {},
        threshold: {
          kind: 'set',
          level: 'warn',
          conditions: [{ operator: 'must_be_between', low: 0, high: 200 }],
        },
      },
    ] as const;
    const judged = troubles.map((trouble) => judgeNext(trouble, definitionOf(checks)));
    const results = [...judged, ...pastDays()].flatMap((evaluation) => evaluation.results);
    assert.ok(results.length > 1_500);
    for (const result of results) {
      const recomputed = recomputeResult(stored(result));
      assert.ok(recomputed.agrees, `${result.check}: ${recomputed.differences.join('; ')}`);
      assert.equal(recomputed.status, result.status);
    }
  });

  it('reads older records, whose bands reach equally far to both sides', () => {
    const result = resultOf(judgeNext({ rows: 150 }), 'row_count');
    assert.ok(result.record.kind === 'learned' && result.record.learned.state === 'banded');
    const { below, ...older } = result.record.learned;
    assert.ok(below !== undefined && below.bar !== older.bar);
    const recomputed = recomputeResult({ ...result, record: { kind: 'learned', learned: older } });
    assert.equal(recomputed.upper, result.upper);
    const { prediction, bar, spread } = older;
    assert.equal(recomputed.lower, Math.floor(prediction - bar * spread));
    const { sentences } = explainResult({ ...result, record: { kind: 'learned', learned: older } });
    assert.match(sentences.join('\n'), /to each side/);
  });

  it('notices a record that was tampered with', () => {
    const result = resultOf(judgeNext(), 'row_count');
    assert.ok(result.record.kind === 'learned' && result.record.learned.state === 'banded');
    const learned = { ...result.record.learned, upper: result.record.learned.upper + 1 };
    const recomputed = recomputeResult({ ...result, record: { kind: 'learned', learned } });
    assert.equal(recomputed.agrees, false);
    assert.match(recomputed.differences.join(), /upper is \d+ in the record, \d+ computed again/);
    assert.equal(recomputeResult({ ...result, status: 'fail' }).agrees, false);
  });
});

describe('explainResult', () => {
  it('says value, band, method and training in one line, and why it failed', () => {
    const { headline, sentences } = explainResult(resultOf(judgeNext({ rows: 150 }), 'row_count'));
    assert.match(headline, /^row_count 150; expected 3\d\d–4\d\d \(.+ over 40 partitions.*\)$/);
    assert.match(sentences.join('\n'), /Learned from 40 partitions, 2001-01-01 to 2001-02-09/);
    assert.match(
      sentences.join('\n'),
      /outside 3\d\d–4\d\d, [\d.]+ times as far from the forecast as the edge: a failure\.$/,
    );
  });

  it('says why it did not alert', () => {
    const { sentences } = explainResult(resultOf(judgeNext(), 'row_count'));
    assert.match(sentences.join('\n'), /It did not alert: the value lies inside .+, \d+ % of the way/);
  });

  it('says how much history is missing', () => {
    const [first] = judgedDays(1);
    assert.ok(first !== undefined);
    const { headline, sentences } = explainResult(resultOf(first, 'row_count'));
    assert.match(headline, /learning, 0 of 7 partitions/);
    assert.match(sentences.join(), /measured but not judged/);
  });

  it('explains every kind of result without a hole', () => {
    const all = [judgeNext({ nullPercent: 100 }), judgeNext({ rows: 0 }), ...pastDays()].flatMap(
      ({ results }) => results,
    );
    for (const result of all) {
      const { headline, sentences } = explainResult(result);
      assert.ok(sentences.length > 0);
      assert.doesNotMatch([headline, ...sentences].join('\n'), /undefined|NaN|Infinity|\[object/);
    }
  });
});

describe('formats for people', () => {
  it('write numbers with separators and few digits', () => {
    assert.deepEqual(
      [8_212, 1_234_567.8, 12.3456, 0.000_423_4, -3, 0, 1e21, 5e-9, 123.456, -0.0001].map(formatNumber),
      ['8,212', '1,234,568', '12.35', '0.000423', '−3', '0', '1.00e+21', '5.00e-9', '123.5', '−0.0001'],
    );
  });

  it('write percentages, durations, times and changes', () => {
    assert.equal(formatValue(12.34, 'percent'), '12.34 %');
    assert.equal(formatValue(26 * 3_600_000, 'duration'), '26 h');
    assert.equal(formatValue(Date.UTC(2001, 0, 31), 'time'), '2001-01-31');
    assert.equal(formatValue(Date.UTC(2001, 0, 31, 5, 6, 7), 'time'), '2001-01-31 05:06:07');
    assert.equal(formatChange(200, 100, 'number'), '−50 %');
    assert.equal(formatChange(0.5, 20.5, 'percent'), '+20 points');
    assert.equal(formatChange(0, 12, 'count'), 'from 0 to 12');
  });

  it('find the column in a key, whatever its name holds', () => {
    assert.deepEqual(splitMetricKey('delay.p99.9'), { column: 'delay', name: 'p99.9' });
    assert.deepEqual(splitMetricKey('a.b.null_percent'), { column: 'a.b', name: 'null_percent' });
    assert.deepEqual(splitMetricKey('row_count'), { name: 'row_count' });
  });
});

describe('result ids', () => {
  it('are the same for the same check and differ for any other', () => {
    const revision = { dataset: flights, partition: keyOf(1), number: 1 };
    assert.equal(resultIdOf(revision, 'row_count'), resultIdOf({ ...revision }, 'row_count'));
    assert.match(resultIdOf(revision, 'row_count'), /^r-[0-9a-hjkmnp-tv-z]{13}$/);
    const ids = new Set<string>();
    for (let nth = 0; nth < 400; nth += 1) {
      for (let check = 0; check < 200; check += 1) {
        ids.add(resultIdOf({ ...revision, partition: keyOf(nth) }, `column_${check}.avg`));
      }
    }
    assert.equal(ids.size, 80_000);
  });

  it('use all 64 bits', () => {
    let [high, low] = [0, 0];
    for (let nth = 0; nth < 64; nth += 1) {
      const hash = hash64(`text ${nth}`);
      high |= hash.high;
      low |= hash.low;
    }
    assert.deepEqual([high >>> 0, low >>> 0], [0xffffffff, 0xffffffff]);
  });
});

describe('statuses', () => {
  it('are as bad as their worst', () => {
    assert.equal(worstStatus([]), 'not_evaluated');
    assert.equal(worstStatus(['not_evaluated', 'pass']), 'pass');
    assert.equal(worstStatus(['pass', 'warn', 'fail']), 'fail');
    assert.equal(worstStatus(['error', 'fail']), 'error');
    assert.deepEqual(countStatuses([{ status: 'warn' }, { status: 'warn' }]), {
      pass: 0,
      warn: 2,
      fail: 0,
      error: 0,
      not_evaluated: 0,
    });
  });
});
