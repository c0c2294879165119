import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from '../../../src/core/checks/evaluate.ts';
import { historyAfter } from '../../../src/core/checks/history-after.ts';
import { noHistory } from '../../../src/core/thresholds/history.ts';
import { definitionOf, flights, historyOf, keyOf, nowAt, schema, targetOf } from './flights.ts';

describe('judging a frame in pieces', () => {
  const count = 24;
  const half = 13;
  const definition = definitionOf();
  const targets = Array.from({ length: count }, (_, nth) => targetOf(nth, nth === 20 ? { factor: 10 } : {}));
  const now = nowAt(count);

  it('gives the same bits as in one go', () => {
    const whole = evaluate({ definition, now, history: noHistory, targets }).evaluations;
    const first = evaluate({
      definition,
      now,
      history: noHistory,
      targets: targets.slice(0, half),
    }).evaluations;
    const second = evaluate({
      definition,
      now,
      history: historyAfter(noHistory, first, 365),
      baseline: targets
        .slice(0, half)
        .map(({ revision, profiles }) => ({ key: revision.partition, profiles })),
      previousSchema: { revision: { dataset: flights, partition: keyOf(half - 1), number: 1 }, schema },
      targets: targets.slice(half),
    }).evaluations;
    assert.equal(JSON.stringify([...first, ...second]), JSON.stringify(whole));
  });

  it('makes the history that the store would give back, of the newest partitions', () => {
    const { evaluations } = evaluate({ definition, now, history: noHistory, targets });
    const sorted = (history: typeof noHistory): unknown => ({
      ...history,
      series: history.series.toSorted((a, b) => (a.metric < b.metric ? -1 : 1)),
    });
    const stored = historyOf(evaluations);
    const pieces = historyAfter(
      historyAfter(noHistory, evaluations.slice(0, 9), 365),
      evaluations.slice(9),
      365,
    );
    assert.deepEqual(sorted(pieces), sorted(stored));
    const newest = historyAfter(noHistory, evaluations, 5);
    assert.deepEqual(newest.partitions, stored.partitions.slice(-5));
    assert.ok(newest.series.every(({ values, rows }) => values.length === 5 && rows.length === 5));
  });
});
