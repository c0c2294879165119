import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour, instant } from '../../../src/base/units.ts';
import type { SegmentCheck } from '../../../src/core/checks/definition.ts';
import { type Evaluation, type EvaluationTarget, evaluate } from '../../../src/core/checks/evaluate.ts';
import { detailSentences } from '../../../src/core/checks/explain-details.ts';
import { recomputeResult } from '../../../src/core/checks/recompute.ts';
import { isFailing } from '../../../src/core/checks/status.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { statesFromFrequencies } from '../../../src/core/metrics/catalogue.ts';
import type { ColumnProfile, MeasuredRows } from '../../../src/core/metrics/column-profile.ts';
import { distinctOfHashes } from '../../../src/core/metrics/families/distinct.ts';
import { metricKey } from '../../../src/core/metrics/metric.ts';
import { encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { limitGroups } from '../../../src/core/metrics/segments/merge-segments.ts';
import { segmentLabel } from '../../../src/core/metrics/segments/segment-label.ts';
import { noRows } from '../../../src/core/metrics/segments/segments.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { hash48, tabulate } from '../../support/state-laws.ts';
import { definitionOf, flights, historyOf, keyOf, schema } from './flights.ts';

type Row = { readonly origin: string; readonly delay: bigint };

const days = 20;
const psi: SegmentCheck = {
  metric: 'psi',
  settings: {},
  column: 'delay',
  group: ['LAX'],
  threshold: { kind: 'set', level: 'warn', conditions: [{ operator: 'must_be_less_than', value: 0.5 }] },
};
const definition: DatasetDefinition = {
  ...definitionOf(),
  segments: [{ columns: ['origin'], groupsMax: 5, metrics: ['js_distance'], checks: [psi] }],
};

/** Delays of both airports lie in the same range, so that what moves in one hardly moves the whole. */
function dayRows(nth: number, laxMoves = false): Row[] {
  const random = createSeededRandom(500 + nth);
  return Array.from({ length: 600 }, (_, at) => {
    const origin = at % 20 === 0 ? 'LAX' : 'SFO';
    const delay = BigInt(Math.round(60 * random.next()));
    return { origin, delay: origin === 'LAX' && laxMoves ? delay / 10n : delay };
  });
}

function measured(rows: readonly Row[]): MeasuredRows {
  const columns = schema.map(({ name, type }): ColumnProfile => {
    const values = rows.map((row) => (name === 'delay' ? row.delay : name === 'origin' ? row.origin : null));
    return { name, type, states: statesFromFrequencies(type.kind, tabulate(type, values)) };
  });
  return { rowCount: rows.length, columns };
}

function targetOf(nth: number, rows: readonly Row[]): EvaluationTarget {
  const groups = Array.from(
    Map.groupBy(rows, ({ origin }) => segmentLabel(['origin'], [origin])),
    ([label, own]) => {
      const { rowCount, columns } = measured(own);
      return [label, { rowCount, columns: columns.filter(({ name }) => name !== 'origin') }] as const;
    },
  );
  const segments = limitGroups({
    columns: ['origin'],
    groupsMax: 5,
    groups: new Map(groups),
    other: noRows,
    otherGroupRowsMax: 0,
    offered: distinctOfHashes(Float64Array.from(groups, ([label]) => hash48(label))),
  });
  return {
    revision: { dataset: flights, partition: keyOf(nth), number: 1 },
    schema,
    rejected: { count: 0, samples: [] },
    sizeBytes: 100,
    ingestedAt: instant(Date.UTC(2001, 0, 1) + (nth + 1) * day + 6 * hour),
    rowCount: rows.length,
    profiles: [encodeProfile({ schema, ...measured(rows), segments: [segments] })],
  };
}

const now = instant(Date.UTC(2001, 5, 1));
const targets = Array.from({ length: days + 1 }, (_, nth) => targetOf(nth, dayRows(nth, nth === days)));

let judged: readonly Evaluation[] | undefined;

/** Twenty days, and one on which the delays of LAX are others. */
function inOneGo(): readonly Evaluation[] {
  judged ??= evaluate({ definition, now, history: noHistory, targets }).evaluations;
  return judged;
}

function valueOf(evaluation: Evaluation | undefined, key: string): number | undefined {
  return evaluation?.values.find((one) => metricKey(one.metric, one.column, one.segment) === key)?.value;
}

describe('drift of a group', () => {
  it('alarms where the group alone moved, and says what did', () => {
    const last = inOneGo().at(-1);
    const failing = last?.results.filter(({ status }) => isFailing(status)) ?? [];
    assert.deepEqual(
      failing.filter(({ metric }) => metric.includes('[')).map(({ check }) => check),
      ['delay.psi[origin=LAX] must be less than 0.5', 'delay.js_distance[origin=LAX]'],
    );
    assert.equal(
      failing.some(({ metric }) => metric === 'delay.js_distance'),
      false,
    );
    for (const result of failing) {
      assert.deepEqual(recomputeResult(result).differences, []);
      assert.match(detailSentences(result, last?.details ?? []).join(), /What moved most/);
    }
  });

  it('compares a group with its own past, once it has one', () => {
    const values = inOneGo().map((one) => valueOf(one, 'delay.js_distance[origin=LAX]'));
    assert.deepEqual(
      values.slice(0, 5),
      Array.from({ length: 5 }, () => undefined),
    );
    assert.ok(values.slice(5).every((value) => value !== undefined && value > 0 && value < 1));
    // Only the group that the check names has the metric that only the check wants.
    assert.equal(
      inOneGo().some((one) => valueOf(one, 'delay.psi[origin=SFO]') !== undefined),
      false,
    );
  });

  it('is the same in one go and partition by partition, bit for bit', () => {
    const [last] = targets.slice(-1);
    assert.ok(last !== undefined);
    const past = inOneGo().slice(0, -1);
    const baseline = targets
      .slice(0, -1)
      .map(({ revision, profiles }) => ({ key: revision.partition, profiles }));
    const [alone] = evaluate({
      definition,
      now,
      history: historyOf(past),
      baseline,
      targets: [last],
    }).evaluations;
    for (const key of [
      'delay.js_distance[origin=LAX]',
      'delay.js_distance[origin=SFO]',
      'delay.psi[origin=LAX]',
    ])
      assert.equal(valueOf(alone, key), valueOf(inOneGo().at(-1), key));
  });

  it('is not measured of a definition that does not name it', () => {
    const plain = { ...definition, segments: [{ columns: ['origin'], groupsMax: 5, metrics: ['avg'] }] };
    const { evaluations } = evaluate({
      definition: plain,
      now,
      history: noHistory,
      targets: targets.slice(0, 7),
    });
    const drifts = evaluations
      .flatMap(({ values }) => values)
      .filter(({ metric, segment }) => segment !== undefined && metric !== 'avg' && metric !== 'group_count');
    assert.deepEqual(drifts, []);
  });
});
