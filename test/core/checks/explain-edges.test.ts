import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from '../../../src/core/checks/evaluate.ts';
import { explainResult } from '../../../src/core/checks/explain.ts';
import { failingEdges } from '../../../src/core/checks/explain-edges.ts';
import { recomputeResult } from '../../../src/core/checks/recompute.ts';
import type { Result } from '../../../src/core/checks/result.ts';
import { bandText } from '../../../src/core/checks/summary.ts';
import {
  definitionOf,
  historyOf,
  judgeNext,
  nowAt,
  pastCount,
  pastDays,
  resultOf,
  targetOf,
} from './flights.ts';

/** What recomputing says of a result whose value was another. */
function statusOf(result: Result, value: number): string {
  return recomputeResult({ ...result, value }).status;
}

function stored(result: Result): Result {
  return JSON.parse(JSON.stringify(result)) as Result;
}

function sentencesOf(result: Result): string {
  return explainResult(result).sentences.join('\n');
}

describe('the explanation of a learned band', () => {
  it('names the very values from which on an alarm fails', () => {
    const results = [judgeNext(), ...pastDays()].flatMap((evaluation) => evaluation.results);
    let checked = 0;
    for (const result of results) {
      const { record } = result;
      if (record.kind !== 'learned' || record.learned.state !== 'banded') continue;
      const { learned } = record;
      assert.ok(learned.basis !== undefined);
      if (learned.history < 14) continue;
      for (const { side, value } of failingEdges(learned, learned.basis)) {
        const edge = side === 'below' ? learned.lower : learned.upper;
        const outward = Math.abs(value - edge);
        const sign = side === 'below' ? -1 : 1;
        assert.equal(statusOf(result, value + sign * 0.01 * outward), 'fail', `${result.check} ${side}`);
        assert.equal(statusOf(result, value - sign * 0.01 * outward), 'warn', `${result.check} ${side}`);
        assert.notEqual(statusOf(result, edge - sign * 1e-9 * Math.abs(edge)), 'fail');
        checked += 1;
      }
    }
    assert.ok(checked > 200, `${checked}`);
  });

  it('says which values would have alerted, and how far away they were', () => {
    const text = sentencesOf(resultOf(judgeNext(), 'row_count'));
    assert.match(
      text,
      /It would have alerted below 3\d\d or above 4\d\d; the value is [\d.]+ away from the nearer edge\./,
    );
    assert.match(text, /It fails below \d+.* or above \d+.*; between there and the band it warns\./);
    const percent = sentencesOf(resultOf(judgeNext(), 'delay.null_percent'));
    assert.doesNotMatch(percent, /alerted below 0 %/);
  });

  it('says what a young metric still needs', () => {
    const [first] = pastDays();
    const young = pastDays()[9];
    assert.ok(first !== undefined && young !== undefined);
    assert.match(sentencesOf(resultOf(first, 'row_count')), /Until it has 14, a deviation only warns\./);
    assert.match(
      sentencesOf(resultOf(young, 'row_count')),
      /Until the history has 14 partitions, a deviation only warns\./,
    );
    assert.match(sentencesOf(resultOf(young, 'row_count')), /By the budget alone the band would be/);
  });
});

describe('the explanation of other results', () => {
  it('says how far a value is from a set bound', () => {
    const threshold = {
      kind: 'set',
      level: 'warn',
      conditions: [{ operator: 'must_be_less_than', value: 300 }],
    } as const;
    const definition = definitionOf([{ metric: 'row_count', settings: {}, threshold }]);
    const check = 'row_count must be less than 300';
    const violated = resultOf(judgeNext({ rows: 420 }, definition), check);
    assert.match(sentencesOf(violated), /It is violated: a warning\.\nThe value is 120 beyond the bound\./);
    const kept = resultOf(judgeNext({ rows: 280 }, definition), check);
    assert.match(sentencesOf(kept), /It holds: no alert\.\nThe value is 20 away from the nearest bound\./);
  });

  it('tells a new level from a deviation, and recomputes it', () => {
    const shifted = Array.from({ length: 5 }, (_, nth) => targetOf(pastCount + nth, { rows: 200 }));
    const { evaluations } = evaluate({
      definition: definitionOf(),
      now: nowAt(pastCount + 6),
      history: historyOf(pastDays()),
      targets: shifted,
    });
    const levels = evaluations.flatMap(({ results }) =>
      results.filter(({ record }) => record.kind === 'learned' && record.learned.state === 'new_level'),
    );
    const rows = levels.find(({ check }) => check === 'row_count');
    assert.ok(rows !== undefined);
    assert.match(
      sentencesOf(rows),
      /The forecast from \d+ partitions was 4\d\d.*; the value lies 2\d\d.* below it\./,
    );
    for (const level of levels) assert.ok(recomputeResult(stored(level)).agrees, level.check);
  });

  it('says what is wrong with a check that could not be evaluated', () => {
    const threshold = { kind: 'learned', enabled: true, direction: 'both', sensitivity: 'medium' } as const;
    const checks = [{ metric: 'avg', settings: {}, threshold }];
    const result = resultOf(judgeNext({}, definitionOf([], [{ name: 'dealy', checks }])), 'dealy.avg');
    assert.equal(result.status, 'error');
    assert.match(sentencesOf(result), /COLUMN_NOT_FOUND.*did you mean “delay”/);
    assert.ok(recomputeResult(stored(result)).agrees);
  });

  it('says that no column changed', () => {
    assert.match(
      sentencesOf(resultOf(judgeNext(), 'schema')),
      /No column was added, removed, given another type or moved/,
    );
  });
});

it('a band below zero is written with a word, where “−108–−33” could hardly be read', () => {
  assert.equal(bandText({ lower: -108, upper: -33.46 }, 'number'), '−108 to −33.46');
  assert.equal(bandText({ lower: -5, upper: 5 }, 'number'), '−5 to 5');
  assert.equal(bandText({ lower: 0, upper: 5 }, 'count'), '0–5');
});
