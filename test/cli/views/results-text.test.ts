import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../../src/base/ids.ts';
import { resultsText, unansweredText } from '../../../src/cli/views/results-text.ts';
import type { Result } from '../../../src/core/checks/result.ts';
import { resultIdOf } from '../../../src/core/checks/result-id.ts';
import type { ResultsView } from '../../../src/services/quality/results.ts';
import { datasetOf } from '../../support/names.ts';

const narrow = { columns: 80, color: false };

function resultOf(more: Partial<Result> & Pick<Result, 'check' | 'metric' | 'record'>, day = 1): Result {
  const partition = partitionKey(`2001-01-0${day}`);
  const revision = { dataset: datasetOf('flights'), partition, number: 1 };
  return { id: resultIdOf(revision, more.check), revision, status: 'pass', ...more };
}

function nullPercent(day: number): Result {
  const conditions = [{ operator: 'must_be_less_than', value: 5 }] as const;
  const record = { kind: 'set', threshold: { kind: 'set', level: 'fail', conditions } } as const;
  const metric = 'delay.null_percent';
  return resultOf({ check: `${metric} must be less than 5 %`, metric, value: day, record }, day);
}

function viewOf(results: readonly Result[], unanswered: readonly string[] = []): ResultsView {
  return { results, metrics: {}, unanswered };
}

describe('the table of results', () => {
  it('says a bound once, where it used to cut the check short to say it twice', () => {
    const text = resultsText(viewOf([nullPercent(1)]), narrow);
    assert.match(text, /│ delay\.null_percent +│ +1 % │ < 5 % +│ ✓ pass +│/);
  });

  it('shows one check of many partitions in one table, not in one for each', () => {
    const text = resultsText(viewOf([nullPercent(3), nullPercent(2), nullPercent(1)]), narrow);
    assert.equal(text.match(/┌/g)?.length, 1);
    assert.match(text, /^flights delay\.null_percent must be less than 5 %: 3 pass\n/);
    assert.match(text, /│ 2001-01-03 +│ +3 % │ < 5 % +│ ✓ pass +│\n│ 2001-01-02 /);
  });

  it('does not cut off why a check could not be evaluated', () => {
    const message = `the statement failed: ${'x'.repeat(30)} and ${'y'.repeat(60)} (did you mean “delay”?)`;
    const record = { kind: 'error', code: 'QUERY_FAILED', message } as const;
    const error = resultOf({
      check: 'custom_sql(a) must be 0',
      metric: 'custom_sql(a)',
      status: 'error',
      record,
    });
    const text = resultsText(viewOf([error]), narrow);
    assert.match(text, /│ custom_sql\(a\) +│ +– │ QUERY_FAILED +│ ! error +│/);
    assert.ok(text.replaceAll(/\n {2}/g, ' ').includes(`! custom_sql(a): ${message}\n`), text);
  });
});

describe('checks that are newer than the verdicts', () => {
  it('are named with what to do, instead of passing in silence', () => {
    const text = unansweredText('flights', viewOf([nullPercent(1)], ['custom_sql(new) must be 0']));
    assert.match(text, /^1 check is newer than these verdicts, nothing is known about:\n/);
    assert.match(text, /\n {2}custom_sql\(new\) must be 0\n/);
    assert.match(text, /assay scan flights --partition 2001-01-01 --force --wait/);
    assert.match(text, /assay backfill flights --force/);
  });

  it('are not spoken of when there are none', () => {
    assert.equal(unansweredText('flights', viewOf([nullPercent(1)])), '');
  });
});
