import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hour } from '../../../src/base/units.ts';
import type { CheckDefinition, SetCondition } from '../../../src/core/checks/definition.ts';
import { type Evaluation, evaluate } from '../../../src/core/checks/evaluate.ts';
import { failureEvaluation } from '../../../src/core/checks/failed-evaluation.ts';
import { isFailing, worstStatus } from '../../../src/core/checks/status.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import {
  baselineBefore,
  definitionOf,
  flights,
  historyOf,
  judgedDays,
  judgeNext,
  keyOf,
  nowAt,
  pastCount,
  pastDays,
  resultOf,
  schema,
  targetOf,
} from './flights.ts';

function set(metric: string, condition: SetCondition, more: Partial<CheckDefinition> = {}): CheckDefinition {
  return {
    metric,
    settings: {},
    threshold: { kind: 'set', level: 'fail', conditions: [condition] },
    ...more,
  };
}

function value(evaluation: Evaluation, metric: string): number | undefined {
  return evaluation.values.find((one) => one.metric === metric && one.column === undefined)?.value;
}

function failing(evaluation: Evaluation): string[] {
  return evaluation.results.filter(({ status }) => isFailing(status)).map(({ check }) => check);
}

describe('evaluate', () => {
  it('passes a normal day and measures the partition as a whole', () => {
    const evaluation = judgeNext();
    assert.deepEqual(failing(evaluation), []);
    assert.equal(worstStatus(evaluation.results.map(({ status }) => status)), 'pass');
    assert.equal(value(evaluation, 'rejected_count'), 0);
    assert.equal(value(evaluation, 'column_count'), 3);
    assert.equal(value(evaluation, 'load_delay'), 6 * hour);
    const rows = value(evaluation, 'row_count') ?? 0;
    assert.equal(value(evaluation, 'size_bytes'), 20 * rows);
    assert.equal(value(evaluation, 'freshness'), 24 * hour - (rows - 1) * 60_000);
  });

  it('finds half of the rows missing, nulls, and another unit', () => {
    assert.ok(failing(judgeNext({ rows: 200 })).includes('row_count'));
    assert.ok(failing(judgeNext({ nullPercent: 20 })).includes('delay.null_percent'));
    assert.ok(failing(judgeNext({ factor: 10 })).includes('delay.avg'));
  });

  it('gives the same bytes for the same input, and in one go as one by one', () => {
    const input = {
      definition: definitionOf(),
      now: nowAt(pastCount + 1),
      history: historyOf(pastDays().slice(0, -1)),
      baseline: baselineBefore(pastCount - 1),
      previousSchema: { revision: { dataset: flights, partition: keyOf(pastCount - 2), number: 1 }, schema },
      targets: [targetOf(pastCount - 1), targetOf(pastCount, { rows: 150 })],
    };
    const once = JSON.stringify(evaluate(input));
    assert.equal(JSON.stringify(evaluate(input)), once);
    const both = evaluate(input).evaluations;
    assert.deepEqual(
      JSON.parse(JSON.stringify(both[1]?.results)),
      JSON.parse(JSON.stringify(judgeNext({ rows: 150 }).results)),
    );
    assert.deepEqual(both[1]?.values, judgeNext({ rows: 150 }).values);
  });

  it('replaces the old value of a restated partition', () => {
    const bad = judgeNext({ rows: 5 });
    const input = {
      definition: definitionOf(),
      now: nowAt(pastCount + 2),
      history: historyOf([...pastDays(), bad]),
      previousSchema: { revision: bad.revision, schema },
      targets: [targetOf(pastCount, { number: 2 })],
    };
    const [again] = evaluate(input).evaluations;
    const [clean] = evaluate({ ...input, history: historyOf(pastDays()) }).evaluations;
    assert.deepEqual(again, clean);
  });

  it('judges set checks with their level, percentiles and columns', () => {
    const columns = [
      {
        name: 'delay',
        checks: [
          set('percentile', { operator: 'must_be_less_than', value: 60 }, { settings: { percentile: 0.9 } }),
          set(
            'null_percent',
            { operator: 'must_be', value: 0 },
            {
              name: 'no gaps',
              threshold: { kind: 'set', level: 'warn', conditions: [{ operator: 'must_be', value: 0 }] },
            },
          ),
        ],
      },
    ];
    const checks = [set('row_count', { operator: 'must_be_between', low: 100, high: 200 })];
    const evaluation = judgeNext({}, definitionOf(checks, columns));
    const rows = resultOf(evaluation, 'row_count must be between 100 and 200');
    assert.equal(rows.status, 'fail');
    assert.deepEqual([rows.lower, rows.upper], [100, 200]);
    assert.equal(resultOf(evaluation, 'delay.p90 must be less than 60').status, 'pass');
    assert.equal(resultOf(evaluation, 'delay.null_percent: no gaps').status, 'warn');
    assert.equal(resultOf(evaluation, 'row_count').status, 'pass');
  });

  it('reports a check of a column or metric that does not exist, and the nearest name', () => {
    const columns = [{ name: 'dealy', checks: [set('avg', { operator: 'must_be_less_than', value: 1 })] }];
    const checks = [set('row_cuont', { operator: 'must_be_less_than', value: 1 })];
    const evaluation = judgeNext({}, definitionOf(checks, columns));
    const errors = evaluation.results.filter(({ status }) => status === 'error');
    assert.deepEqual(
      errors.map(({ record }) => (record.kind === 'error' ? `${record.code}: ${record.message}` : '')),
      [
        'METRIC_NOT_FOUND: the dataset has no metric “row_cuont”; did you mean “row_count”?',
        'COLUMN_NOT_FOUND: the data has no column “dealy”; did you mean “delay”?',
      ],
    );
  });

  it('gives equal checks different ids', () => {
    const check = set('row_count', { operator: 'must_be_greater_than', value: 0 });
    const { results } = judgeNext({}, definitionOf([check, check]));
    assert.equal(new Set(results.map(({ id }) => id)).size, results.length);
  });

  it('says only that a partition is empty when it has no rows', () => {
    const evaluation = judgeNext({ rows: 0 });
    assert.deepEqual(failing(evaluation).sort(), ['empty_partition', 'row_count', 'size_bytes']);
    assert.equal(value(evaluation, 'row_count'), 0);
  });

  it('fails a metric that always had a value and has none now', () => {
    const evaluation = judgeNext({ nullPercent: 100 });
    assert.equal(resultOf(evaluation, 'delay.avg: metric_undefined').status, 'fail');
    const young = evaluate({
      definition: definitionOf(),
      now: nowAt(pastCount + 1),
      history: historyOf(pastDays().slice(-10)),
      targets: [targetOf(pastCount, { nullPercent: 100 })],
    });
    assert.ok(!young.evaluations[0]?.results.some(({ check }) => check.endsWith('metric_undefined')));
  });

  it('warns of an added column and fails a removed one', () => {
    const gate = { name: 'gate', type: columnType('VARCHAR') };
    assert.equal(resultOf(judgeNext({ schema: [...schema, gate] }), 'schema').status, 'warn');
    const less = judgeNext({ schema: schema.slice(0, 2) });
    assert.equal(resultOf(less, 'schema').status, 'fail');
    assert.equal(resultOf(judgedDays(1)[0] as Evaluation, 'schema').status, 'not_evaluated');
  });

  it('gives one error and no verdict when a batch is not measured', () => {
    const lost = judgeNext({}, definitionOf(), (target) => ({
      ...target,
      profiles: target.profiles.slice(1),
    }));
    const none = judgeNext({}, definitionOf(), (target) => ({ ...target, profiles: [] }));
    const broken = judgeNext({}, definitionOf(), (target) => ({ ...target, profiles: [new Uint8Array(3)] }));
    for (const evaluation of [lost, none, broken]) {
      assert.deepEqual(
        evaluation.results.map(({ status, check }) => [status, check]),
        [['error', 'measurement']],
      );
      assert.deepEqual(evaluation.values, []);
    }
  });

  it('turns off what the owner turned off', () => {
    const off = { kind: 'learned', enabled: false, direction: 'both', sensitivity: 'medium' } as const;
    const definition = definitionOf([
      { metric: 'row_count', settings: {}, threshold: off },
      { metric: 'schema', settings: {}, threshold: off },
    ]);
    const { results } = judgeNext({ rows: 200 }, definition);
    assert.ok(!results.some(({ check }) => check === 'row_count' || check === 'schema'));
  });

  it('makes JSON that comes back as it was', () => {
    const { evaluations } = evaluate({
      definition: definitionOf(),
      now: nowAt(1),
      history: noHistory,
      targets: [targetOf(0, { rows: 0 }), targetOf(1, { nullPercent: 100 }), targetOf(2)],
    });
    assert.ok(!JSON.stringify(evaluations).includes(':null'));
  });
});

describe('failureEvaluation', () => {
  it('is one error that names the cause', () => {
    const { results, revision } = failureEvaluation(
      { dataset: flights, partition: keyOf(3) },
      { code: 'SOURCE_UNREADABLE', message: 'flights.csv is cut off', hint: 'deliver it again' },
    );
    assert.equal(revision.number, 0);
    assert.equal(results[0]?.status, 'error');
    assert.deepEqual(results[0]?.record, {
      kind: 'error',
      code: 'SOURCE_UNREADABLE',
      message: 'flights.csv is cut off (deliver it again)',
    });
  });
});
