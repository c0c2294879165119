import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../../src/base/limits.ts';
import { day, hour, instant } from '../../../src/base/units.ts';
import { type Evaluation, type EvaluationTarget, evaluate } from '../../../src/core/checks/evaluate.ts';
import { explainResult } from '../../../src/core/checks/explain.ts';
import { recomputeResult } from '../../../src/core/checks/recompute.ts';
import { segmentValues } from '../../../src/core/checks/segment-values.ts';
import { isFailing } from '../../../src/core/checks/status.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import type { MeasuredRows } from '../../../src/core/metrics/column-profile.ts';
import { distinctOfHashes } from '../../../src/core/metrics/families/distinct.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import type { Profile } from '../../../src/core/metrics/profile.ts';
import { encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import type { SegmentRule } from '../../../src/core/metrics/segment-rule.ts';
import { limitGroups } from '../../../src/core/metrics/segments/merge-segments.ts';
import { segmentLabel } from '../../../src/core/metrics/segments/segment-label.ts';
import { segmentMetricNames } from '../../../src/core/metrics/segments/segment-metrics.ts';
import { noRows } from '../../../src/core/metrics/segments/segments.ts';
import { type MetricHistory, noHistory } from '../../../src/core/thresholds/history.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { hash48, tabulate } from '../../support/state-laws.ts';
import { definitionOf, flights, historyOf, keyOf, resultOf, schema } from './flights.ts';

type Row = { readonly origin: string; readonly delay: bigint | null };

const rule: SegmentRule = {
  columns: ['origin'],
  groupsMax: 20,
  metrics: ['row_count', 'null_percent', 'avg'],
};
const definition: DatasetDefinition = { ...definitionOf(), segments: [rule] };
const airports = ['ABQ', 'ATL', 'AUS', 'BNA', 'BOS'];
const pastCount = 40;

/** The rows of the nth day: about a hundred of each airport. */
function dayRows(nth: number): Row[] {
  const random = createSeededRandom(7_000 + nth);
  return airports.flatMap((origin, at) =>
    Array.from({ length: 100 + random.below(12) }, () => ({
      origin,
      delay: random.below(50) === 0 ? null : BigInt(10 * at + random.below(20)),
    })),
  );
}

function measured(rows: readonly Row[]): MeasuredRows {
  const columns = schema.map(({ name, type }) => {
    const values = rows.map((row) => (name === 'delay' ? row.delay : name === 'origin' ? row.origin : null));
    return { name, type, states: statesFromFrequencies(type.kind, tabulate(type, values)) };
  });
  return { rowCount: rows.length, columns };
}

function profileOf(rows: readonly Row[], { groupsMax }: SegmentRule = rule): Profile {
  const groups = Array.from(
    Map.groupBy(rows, ({ origin }) => segmentLabel(['origin'], [origin])),
    ([label, own]) => {
      const { rowCount, columns } = measured(own);
      return [label, { rowCount, columns: columns.filter(({ name }) => name !== 'origin') }] as const;
    },
  );
  const all = {
    columns: ['origin'],
    groupsMax,
    groups: new Map(groups),
    other: noRows,
    otherGroupRowsMax: 0,
    offered: distinctOfHashes(Float64Array.from(groups, ([label]) => hash48(label))),
  };
  return { schema, ...measured(rows), segments: [limitGroups(all)] };
}

function targetOf(nth: number, rows: readonly Row[], of: SegmentRule = rule): EvaluationTarget {
  return {
    revision: { dataset: flights, partition: keyOf(nth), number: 1 },
    schema,
    rejected: { count: 0, samples: [] },
    sizeBytes: rows.length * 20,
    ingestedAt: instant(Date.UTC(2001, 0, 1) + (nth + 1) * day + 6 * hour),
    rowCount: rows.length,
    profiles: [encodeProfile(profileOf(rows, of))],
  };
}

function judge(
  targets: readonly EvaluationTarget[],
  history: MetricHistory = noHistory,
  of = definition,
): Evaluation[] {
  const now = instant(Date.UTC(2001, 5, 1));
  return [...evaluate({ definition: of, now, history, targets }).evaluations];
}

let past: MetricHistory | undefined;

/** 40 good days, as the store would give them back. */
function pastDays(): MetricHistory {
  past ??= historyOf(judge(Array.from({ length: pastCount }, (_, nth) => targetOf(nth, dayRows(nth)))));
  return past;
}

function judgeNext(rows: readonly Row[], of?: SegmentRule): Evaluation {
  const [evaluation] = judge([targetOf(pastCount, rows, of)], pastDays());
  assert.ok(evaluation !== undefined);
  return evaluation;
}

function failing({ results }: Evaluation): string[] {
  return results.filter(({ status }) => isFailing(status)).map(({ check }) => check);
}

function valueOf(evaluation: Evaluation, key: string): number | undefined {
  return evaluation.values.find((one) => metricKey(one.metric, one.column, one.segment) === key)?.value;
}

describe('metrics of groups', () => {
  it('are those that the rule names, for each group, beside the number of groups', () => {
    const rows = dayRows(0);
    const values = segmentValues(profileOf(rows), [{ ...rule, metrics: ['row_count', 'avg', 'p95', 'p90'] }]);
    const keys = values.map((one) => metricKey(one.metric, one.column, one.segment));
    assert.equal(values[0]?.value, airports.length);
    assert.equal(keys[0], 'group_count[origin]');
    for (const airport of airports) {
      for (const key of ['row_count', 'delay.avg', 'delay.p95', 'delay.p90']) {
        assert.ok(keys.includes(`${key}[origin=${airport}]`), `${key} of ${airport}`);
      }
    }
    const own = rows.filter(({ origin }) => origin === 'BOS');
    const boston = values.find((one) => one.metric === 'row_count' && one.segment === 'origin=BOS');
    assert.equal(boston?.value, own.length);
    assert.equal(
      keys.some((key) => key.includes('null_count') || key.startsWith('origin.')),
      false,
    );
  });

  it('are bounded: the largest groups come first, and every group has its rows before any has more', () => {
    const rows = Array.from({ length: limits.segmentMetricsMax }, (_, at) => ({
      origin: `airport ${at % 600}`,
      delay: 1n,
    }));
    const values = segmentValues(profileOf(rows, { ...rule, groupsMax: 600 }), [rule]);
    assert.ok(values.length <= limits.segmentMetricsMax);
    assert.equal(values.filter(({ metric }) => metric === 'row_count').length, 600);
    const largest = values.filter(({ metric }) => metric === 'avg').map(({ rows: count }) => count);
    assert.ok(largest.length > 0 && largest.every((count) => count === 2));
  });

  it('have no results while nothing is wrong but one that counts the groups, which explains itself', () => {
    const evaluation = judgeNext(dayRows(pastCount));
    assert.deepEqual(failing(evaluation), []);
    const shown = evaluation.results.filter(({ metric }) => metric.includes('['));
    assert.deepEqual(
      shown.map(({ check, status, value }) => [check, status, value]),
      [['segments(origin)', 'pass', 5]],
    );
    const result = resultOf(evaluation, 'segments(origin)');
    assert.match(explainResult(result).sentences.join(' '), /thresholds of their own/);
    assert.equal(recomputeResult(result).agrees, true);
  });

  it('alarm for the one group that changed, where the whole hardly moves', () => {
    const rows = dayRows(pastCount).map((row) =>
      row.origin === 'BNA' && row.delay !== null ? { ...row, delay: row.delay + 25n } : row,
    );
    assert.ok(failing(judgeNext(rows)).includes('delay.avg[origin=BNA]'));
    assert.equal(
      failing(judgeNext(rows)).some((check) => check.includes('ATL')),
      false,
    );
  });

  it('count 0 rows of a group that is gone, which alarms', () => {
    const evaluation = judgeNext(dayRows(pastCount).filter(({ origin }) => origin !== 'ATL'));
    assert.equal(valueOf(evaluation, 'row_count[origin=ATL]'), 0);
    assert.ok(failing(evaluation).includes('row_count[origin=ATL]'), failing(evaluation).join(', '));
    assert.equal(valueOf(evaluation, 'delay.avg[origin=ATL]'), undefined);
  });

  it('miss a group that is gone even where others are hidden, by the most rows that it could still have', () => {
    const small = { ...rule, groupsMax: 4 };
    const rows = dayRows(pastCount).filter(({ origin }) => origin !== 'ATL');
    const withSmall = [...rows, ...Array.from({ length: 3 }, () => ({ origin: 'YYY', delay: 1n }))];
    const evaluation = judgeNext(withSmall, small);
    assert.equal(valueOf(evaluation, 'row_count[origin=ATL]'), 3);
    assert.ok(failing(evaluation).includes('row_count[origin=ATL]'));
  });

  it('are not judged for a group that was never seen before', () => {
    const rows = [
      ...dayRows(pastCount),
      ...Array.from({ length: 5 }, () => ({ origin: 'NEW', delay: 999n })),
    ];
    const evaluation = judgeNext(rows);
    assert.equal(valueOf(evaluation, 'row_count[origin=NEW]'), 5);
    assert.equal(
      failing(evaluation).some((check) => check.includes('NEW')),
      false,
    );
  });

  it('forget a group that has been gone for sixty partitions, and do not miss one that was there only twice', () => {
    const without = (nth: number): Row[] => dayRows(nth).filter(({ origin }) => origin !== 'ATL');
    const days = Array.from({ length: 70 }, (_, nth) => {
      const rows = nth < 5 ? dayRows(nth) : without(nth);
      return targetOf(nth, nth < 2 ? [...rows, { origin: 'TWICE', delay: 1n }] : rows);
    });
    const evaluations = judge(days);
    const missed = evaluations.map((one) => valueOf(one, 'row_count[origin=ATL]'));
    assert.equal(missed[5], 0);
    assert.equal(missed[60], 0);
    assert.equal(missed[69], undefined);
    assert.equal(
      evaluations.filter((one) => valueOf(one, 'row_count[origin=TWICE]') !== undefined).length,
      2,
    );
    // What was missed is a count without rows behind it: read back, the group is forgotten in the same way.
    const [again] = judge([targetOf(69, without(69))], historyOf(evaluations.slice(0, 69)));
    assert.ok(again !== undefined);
    assert.equal(valueOf(again, 'row_count[origin=ATL]'), undefined);
  });

  it('hardly widen the bands of the metrics of all rows, however many they are', () => {
    const targets = Array.from({ length: 25 }, (_, nth) => targetOf(nth, dayRows(nth)));
    const many = {
      ...rule,
      metrics: [...segmentMetricNames, ...Array.from({ length: 40 }, (_, at) => `p${at + 30}`)],
    };
    const [plain, grouped] = [[], [many]].map((segments) => {
      const { lower = 0, upper = 0 } = resultOf(
        judge(targets, noHistory, { ...definition, segments }).at(-1) ?? assert.fail(),
        'delay.avg',
      );
      return upper - lower;
    });
    assert.ok(plain !== undefined && grouped !== undefined);
    assert.ok(grouped < 1.3 * plain, `${grouped} instead of ${plain}`);
  });

  it('are an error where the data lack the column of a rule', () => {
    const asked = { ...definition, segments: [{ ...rule, columns: ['orgin'] }] };
    const [evaluation] = judge([targetOf(0, dayRows(0))], noHistory, asked);
    assert.ok(evaluation !== undefined);
    const { status, record } = resultOf(evaluation, 'segments(orgin)');
    assert.equal(status, 'error');
    assert.match(JSON.stringify(record), /COLUMN_NOT_FOUND.*no column “orgin”.*origin/);
  });
});
