import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCheck } from '../../../src/core/checks/find-check.ts';
import { decodeChecks } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { definitionOf, judgeNext, resultOf } from './flights.ts';

/** A definition that gained a validity rule and a segment after its revisions were measured. */
function grownDefinition(): DatasetDefinition {
  const decoded = decodeChecks({
    columns: [
      {
        name: 'origin',
        segment: true,
        checks: [{ invalid_percent: { valid_regex: '^[A-Z]{3}$', must_be: 0 } }],
      },
      { name: 'delay', valid_min: -100 },
    ],
  });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return { ...definitionOf(), columns: decoded.value.columns, segments: decoded.value.segments };
}

describe('a revision that was measured before its definition asked for more', () => {
  const evaluation = judgeNext({}, grownDefinition());
  const askedLater = {
    kind: 'error',
    code: 'METRIC_NOT_FOUND',
    message:
      'this revision was measured before the definition asked for it; `assay scan --force` or `assay backfill --force` measures it again',
  };

  it('does not pass in silence: its segments are an error, not absent', () => {
    const segments = resultOf(evaluation, 'segments(origin)');
    assert.deepEqual([segments.status, segments.record], ['error', askedLater]);
  });

  it('has its validity rules, set and learned, as errors that say to measure it again', () => {
    const set = resultOf(evaluation, 'origin.invalid_percent(regex=^[A-Z]{3}$) must be 0 %');
    assert.deepEqual([set.status, set.record], ['error', askedLater]);
    const learned = resultOf(evaluation, 'delay.invalid_percent(min=-100)');
    assert.deepEqual([learned.status, learned.record], ['error', askedLater]);
  });

  it('has an error of nothing else', () => {
    assert.equal(evaluation.results.filter(({ status }) => status === 'error').length, 3);
  });

  it('misses nothing where there are no rows', () => {
    const empty = judgeNext({ rows: 0 }, grownDefinition());
    assert.deepEqual(
      empty.results.filter(({ record }) => record.kind === 'error' && record.message === askedLater.message),
      [],
    );
  });
});

it('a check of validity is found without its rule', () => {
  const results = judgeNext({}, grownDefinition()).results;
  assert.equal(
    findCheck(results, 'origin.invalid_percent')?.check,
    'origin.invalid_percent(regex=^[A-Z]{3}$) must be 0 %',
  );
});
