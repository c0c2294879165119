import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Result } from '../../../src/core/checks/result.ts';
import { unansweredChecks } from '../../../src/core/checks/unanswered-checks.ts';
import { asksMore } from '../../../src/core/datasets/asks-more.ts';
import { decodeChecks } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { definitionOf, judgeNext } from './flights.ts';

function definedBy(yaml: Readonly<Record<string, unknown>>): DatasetDefinition {
  const decoded = decodeChecks(yaml);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return { ...definitionOf(), ...decoded.value };
}

const plain = definedBy({ checks: [{ row_count: { must_be_greater_than: 0 } }] });
const grown = definedBy({
  checks: [
    { row_count: { must_be_greater_than: 0 } },
    { custom_sql: { name: 'late', query: 'select count(*) from data' } },
    { duplicate_row_count: { must_be: 0 } },
  ],
  columns: [
    { name: 'origin', segment: true, checks: [{ invalid_count: { valid_values: ['ABQ'], must_be: 0 } }] },
    { name: 'delay', checks: [{ avg: { learned: true, direction: 'up' } }, { max: { learned: false } }] },
  ],
});

describe('the checks of a definition that the verdicts on a partition do not answer', () => {
  it('are those that came later: they used to be left out without a word', () => {
    const { results } = judgeNext({}, plain);
    assert.deepEqual(unansweredChecks(grown, results), [
      'custom_sql(late)',
      'duplicate_row_count must be 0',
      'origin.invalid_count(values=ABQ) must be 0',
      'segments(origin)',
    ]);
  });

  it('are none for the definition that they were judged by', () => {
    assert.deepEqual(unansweredChecks(plain, judgeNext({}, plain).results), []);
    assert.deepEqual(unansweredChecks(grown, judgeNext({}, grown).results), [], 'an error is an answer');
  });

  it('are none where nothing could be judged, or there are no rows', () => {
    const failed: Pick<Result, 'check' | 'metric' | 'status' | 'record'> = {
      check: 'ingest',
      metric: 'row_count',
      status: 'error',
      record: { kind: 'error', code: 'SOURCE_UNREADABLE', message: 'it is cut off' },
    };
    assert.deepEqual(unansweredChecks(grown, [failed]), []);
    assert.deepEqual(unansweredChecks(grown, judgeNext({ rows: 0 }, plain).results), []);
  });
});

describe('a definition asks more than the one before it', () => {
  it('when it has another query, validity rule or segment, or other missing values', () => {
    assert.equal(asksMore(plain, grown), true);
    assert.equal(asksMore(plain, { ...plain, missingValues: ['N/A'] }), true);
    const segments = definedBy({ segments: [{ columns: ['origin'] }] });
    assert.equal(asksMore(plain, segments), true);
  });

  it('but not when it only judges otherwise, or asks less', () => {
    const stricter = definedBy({ checks: [{ row_count: { must_be_greater_than: 100 } }] });
    assert.equal(asksMore(plain, stricter), false);
    assert.equal(asksMore(grown, plain), false);
  });
});
