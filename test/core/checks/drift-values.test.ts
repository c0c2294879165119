import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { driftValues } from '../../../src/core/checks/drift-values.ts';
import { type EvaluationInput, evaluate } from '../../../src/core/checks/evaluate.ts';
import { detailSentences, hasDetail } from '../../../src/core/checks/explain-details.ts';
import { learnedRules } from '../../../src/core/checks/learned-rules.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import { DriftWindow } from '../../../src/core/metrics/drift/drift-window.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { createLearner } from '../../../src/core/thresholds/learner.ts';
import { tabulate } from '../../support/state-laws.ts';
import {
  baselineBefore,
  definitionOf,
  historyOf,
  judgedDays,
  judgeNext,
  keyOf,
  nowAt,
  pastCount,
  pastDays,
  resultOf,
  targetOf,
} from './flights.ts';

function valueOf(evaluation: ReturnType<typeof judgeNext>, key: string): number | undefined {
  const found = evaluation.values.find(({ metric, column }) => metricKey(metric, column) === key);
  assert.ok(found !== undefined, `there is no ${key}`);
  return found.value;
}

describe('drift in an evaluation', () => {
  it('alarms when a column changes its unit, and says which values moved', () => {
    const normal = resultOf(judgeNext(), 'delay.js_distance');
    assert.equal(normal.status, 'pass');
    const scaled = judgeNext({ factor: 100 });
    assert.equal(resultOf(scaled, 'delay.js_distance').status, 'fail');
    const moved = scaled.details.find(({ metric, column }) => metric === 'js_distance' && column === 'delay');
    assert.ok(moved !== undefined && moved.values.length > 1);
    for (const { percent } of moved.values) assert.ok(percent !== undefined && percent.from !== percent.to);
  });

  it('is explained by the values that moved', () => {
    const { details } = judgeNext({ factor: 100 });
    const result = resultOf(judgeNext({ factor: 100 }), 'delay.js_distance');
    assert.ok(hasDetail(result));
    const [sentence = ''] = detailSentences(result, details);
    assert.match(sentence, /^What moved most, in percent of the rows: “.+” from [\d.]+ % to [\d.]+ %/);
    assert.deepEqual(detailSentences(resultOf(judgeNext(), 'delay.avg'), details), []);
  });

  it('measures the stability index, but does not learn it unless asked', () => {
    const evaluation = judgeNext({ factor: 100 });
    assert.ok((valueOf(evaluation, 'delay.psi') ?? 0) > 0.2);
    assert.ok(!evaluation.results.some(({ check }) => check.includes('psi')));
  });

  it('never alarms because a distribution is unusually steady', () => {
    const result = resultOf(judgeNext(), 'origin.js_distance');
    assert.equal(result.lower, undefined);
    assert.equal(typeof result.upper, 'number');
  });

  it('has no value for the first five partitions', () => {
    const values = judgedDays(7).map((evaluation) => valueOf(evaluation, 'origin.js_distance'));
    assert.deepEqual(
      values.map((value) => value !== undefined),
      [false, false, false, false, false, true, true],
    );
  });

  it('is no failure of an undefined metric when there is suddenly nothing to compare with', () => {
    const evaluations = evaluate({
      definition: definitionOf(),
      now: nowAt(pastCount + 1),
      history: historyOf(pastDays()),
      targets: [targetOf(pastCount)],
    }).evaluations;
    assert.deepEqual(
      evaluations[0]?.results.filter(({ check }) => check.includes('metric_undefined')),
      [],
    );
  });

  it('does not alarm when a column without any drift has a single odd row', () => {
    const window = new DriftWindow();
    const history = Array.from({ length: 30 }, () => 0);
    const odd = [...Array.from({ length: 999 }, () => 'a'), 'b'];
    const partitionOf = (nth: number, values: readonly string[]) => {
      const type = columnType('VARCHAR');
      const states = statesFromFrequencies(type.kind, tabulate(type, values));
      return { key: keyOf(nth), bytes: 1, profile: { columns: [{ name: 'c', type, states }] } };
    };
    for (const nth of history.keys()) window.add(partitionOf(nth, odd.slice(0, 999)));
    const [value] = driftValues(window.step(partitionOf(30, odd))).values;
    assert.ok(value?.value !== undefined && value.value > 0.01, `${value?.value}`);
    const learner = createLearner({ alertsPerMonth: 1, ruleOf: learnedRules(definitionOf()) });
    const judge = (nth: number, drift: number) => {
      const metric = { metric: 'c.js_distance', scale: value.scale, value: drift, rows: 1_000 };
      return learner.step({ partition: { key: keyOf(nth), revision: 1 }, metrics: [metric] })[0]?.status;
    };
    for (const [nth, drift] of history.entries()) judge(nth, drift);
    assert.equal(judge(30, value.value), 'pass');
    assert.equal(judge(31, 0.2), 'fail');
  });

  it('takes an unreadable baseline partition for one without rows', () => {
    const input: EvaluationInput = {
      definition: definitionOf(),
      now: nowAt(pastCount),
      history: noHistory,
      targets: [targetOf(pastCount)],
    };
    const sound = baselineBefore(pastCount).slice(-6);
    const damaged = sound.map((one, nth) => (nth < 2 ? { ...one, profiles: [Uint8Array.of(1, 2)] } : one));
    const compared = [sound, damaged].map((baseline) => {
      const [evaluation] = evaluate({ ...input, baseline }).evaluations;
      assert.ok(evaluation !== undefined);
      return valueOf(evaluation, 'delay.js_distance') !== undefined;
    });
    assert.deepEqual(compared, [true, false]);
  });
});
