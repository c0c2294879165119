import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { evaluate } from '../../../src/core/checks/evaluate.ts';
import type { QueryOutcome } from '../../../src/core/checks/partition-query.ts';
import { withQueryValues } from '../../../src/core/checks/query-values.ts';
import { decodeChecks } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { definitionOf, judgeNext, nowAt, resultOf, targetOf } from './flights.ts';

function asking(input: Record<string, unknown>): DatasetDefinition {
  const decoded = decodeChecks(input);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  const { checks, columns } = decoded.value;
  return { ...definitionOf(), checks, columns };
}

const definition = asking({
  checks: [
    { custom_sql: { name: 'mean speed', query: 'select 1', must_be_between: [100, 700] } },
    { failed_rows: { name: 'negative distance', query: 'select 1' } },
    { duplicate_row_count: { learned: true } },
  ],
});

const counted = (metric: string, value: number | undefined): QueryOutcome => ({
  metric,
  ok: true,
  answer: { value, rows: 400 },
});

describe('answers to queries', () => {
  it('are judged like other metrics: by set bounds, and learned unless a bound is their own', () => {
    const queries = [
      counted('custom_sql(mean speed)', 812.5),
      counted('failed_rows(negative distance)', 0),
      counted('duplicate_row_count', 3),
    ];
    const evaluation = judgeNext({}, definition, (target) => ({ ...target, queries }));
    const speed = resultOf(evaluation, 'custom_sql(mean speed) must be between 100 and 700');
    assert.deepEqual([speed.status, speed.value, speed.upper], ['fail', 812.5, 700]);
    assert.equal(resultOf(evaluation, 'failed_rows(negative distance) must be 0').status, 'pass');
    const learned = evaluation.results
      .filter(({ record }) => record.kind === 'learned')
      .map(({ check }) => check);
    assert.ok(learned.includes('custom_sql(mean speed)'));
    assert.ok(learned.includes('duplicate_row_count'));
    assert.ok(!learned.includes('failed_rows(negative distance)'));
  });

  it('that failed are errors of their own checks, and of nothing else', () => {
    const refusal = failure('QUERY_REFUSED', 'read_csv is not allowed', { hint: 'ask the table data' });
    const queries: QueryOutcome[] = [
      { metric: 'custom_sql(mean speed)', ok: false, failure: refusal },
      counted('failed_rows(negative distance)', 2),
      counted('duplicate_row_count', 3),
    ];
    const evaluation = judgeNext({}, definition, (target) => ({ ...target, queries }));
    const speed = resultOf(evaluation, 'custom_sql(mean speed) must be between 100 and 700');
    assert.equal(speed.status, 'error');
    assert.deepEqual(speed.record, {
      kind: 'error',
      code: 'QUERY_REFUSED',
      message: 'read_csv is not allowed (ask the table data)',
    });
    assert.equal(resultOf(evaluation, 'failed_rows(negative distance) must be 0').status, 'fail');
    assert.equal(evaluation.results.filter(({ status }) => status === 'error').length, 1);
    const ids = evaluation.results.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('that are missing, because the definition is newer, say how to get them', () => {
    const evaluation = judgeNext({}, definition);
    const errors = evaluation.results.filter(({ status }) => status === 'error');
    assert.equal(errors.length, 3);
    for (const { record } of errors)
      assert.match(record.kind === 'error' ? record.message : '', /scan --force/);
  });

  it('without a value leave their checks not evaluated, also when the value is no number', () => {
    for (const none of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      const queries = [counted('custom_sql(mean speed)', none)];
      const { evaluations } = evaluate({
        definition,
        now: nowAt(1),
        history: noHistory,
        targets: [{ ...targetOf(0), queries }],
      });
      const [evaluation] = evaluations;
      assert.ok(evaluation);
      const speed = resultOf(evaluation, 'custom_sql(mean speed) must be between 100 and 700');
      assert.equal(speed.status, 'not_evaluated');
    }
  });

  it('replace estimated duplicates where a bound is set, count and percentage alike', () => {
    const asked = asking({ columns: [{ name: 'id', checks: [{ duplicate_percent: { must_be: 0 } }] }] });
    const common = { column: 'id', rows: 100 };
    const measured = [
      { metric: 'null_count', value: 20, scale: 'count', ...common },
      { metric: 'duplicate_count', value: 5, scale: 'count', relativeError: 0.1, ...common },
      { metric: 'duplicate_percent', value: 6, scale: 'percent', relativeError: 0.1, ...common },
    ] as const;
    const outcomes = [counted('id.duplicate_count', 4)];
    const { values, problems } = withQueryValues(measured, { definition: asked, outcomes });
    assert.equal(problems.size, 0);
    assert.deepEqual(values, [
      measured[0],
      { metric: 'duplicate_count', column: 'id', value: 4, scale: 'count', rows: 80 },
      { metric: 'duplicate_percent', column: 'id', value: 5, scale: 'percent', rows: 80 },
    ]);
    const without = withQueryValues(measured, { definition: asked, outcomes: [] });
    assert.deepEqual(
      without.values.map(({ metric, column }) => metricKey(metric, column)),
      ['id.null_count'],
    );
    assert.deepEqual([...without.problems.keys()], ['id.duplicate_count', 'id.duplicate_percent']);
  });
});
