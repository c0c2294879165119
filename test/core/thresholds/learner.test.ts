import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { MetricScale } from '../../../src/core/metrics/metric.ts';
import type { HistoryPartition } from '../../../src/core/thresholds/history.ts';
import {
  createLearner,
  type LearnerPoint,
  metricsAt,
  replayHistory,
} from '../../../src/core/thresholds/learner.ts';
import { defaultMetricRule, type MetricRule } from '../../../src/core/thresholds/metric-rule.ts';
import type { LearnedRecord } from '../../../src/core/thresholds/record.ts';
import type { LearnedVerdict } from '../../../src/core/thresholds/verdict.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { alarms, dayKey, incidentsOf, judged, normal, nullStream } from './streams.ts';

type Banded = Extract<LearnedRecord, { state: 'banded' }>;

/** Points of one metric. */
function series(
  values: readonly (number | null)[],
  of: {
    scale?: MetricScale;
    rows?: number;
    metric?: string;
    feedback?: Record<number, HistoryPartition['feedback']>;
    special?: Record<number, string>;
  } = {},
): LearnerPoint[] {
  const { scale = 'number', rows = 1_000, metric = 'm.avg', feedback = {}, special = {} } = of;
  return values.map((value, nth) => {
    const said = feedback[nth];
    const name = special[nth];
    const partition = {
      key: dayKey(nth),
      revision: 1,
      ...(said === undefined ? {} : { feedback: said }),
      ...(name === undefined ? {} : { specialDay: name }),
    };
    return { partition, metrics: [{ metric, scale, value, rows }] };
  });
}

function noisy(days: number, of: { level?: number; spread?: number; seed?: number } = {}): number[] {
  const { level = 100, spread = 10, seed = 2 } = of;
  const random = createSeededRandom(seed);
  return Array.from({ length: days }, () => level + spread * normal(random));
}

function lastVerdict(points: readonly LearnerPoint[], rule: Partial<MetricRule> = {}): LearnedVerdict {
  const learner = createLearner({ alertsPerMonth: 1, ruleOf: () => ({ ...defaultMetricRule, ...rule }) });
  for (const point of points.slice(0, -1)) learner.absorb(point);
  const last = points.at(-1);
  assert.ok(last !== undefined);
  const [verdict] = learner.step(last);
  assert.ok(verdict !== undefined);
  return verdict;
}

function banded(verdict: LearnedVerdict | undefined): Banded {
  assert.ok(verdict?.record.state === 'banded', JSON.stringify(verdict));
  return verdict.record;
}

/** Metrics by key, so that orders can be compared. */
function byMetric(verdicts: readonly LearnedVerdict[]): LearnedVerdict[] {
  return verdicts.toSorted((a, b) => (a.metric < b.metric ? -1 : 1));
}

describe('a learner', () => {
  it('judges nothing before the eighth partition', () => {
    const verdicts = judged(series(noisy(9)));
    assert.deepEqual(
      verdicts.map(([verdict]) => verdict?.status === 'not_evaluated'),
      [true, true, true, true, true, true, true, false, false],
    );
    assert.deepEqual(verdicts[3]?.[0]?.record, { state: 'learning', history: 3, needed: 7 });
  });

  it('gives the same one by one, in one go, and after a stored history', () => {
    const points = nullStream('t3', { metrics: 6, days: 60, seed: 3 });
    const oneByOne = judged(points);
    const learner = createLearner({ alertsPerMonth: 1, ruleOf: () => defaultMetricRule });
    const keys = points[0]?.metrics.map(({ metric }) => metric) ?? [];
    const history = {
      partitions: points.slice(0, 50).map(({ partition }) => partition),
      series: keys.map((metric, at) => ({
        metric,
        scale: 'number' as const,
        values: points.slice(0, 50).map(({ metrics }) => metrics[at]?.value ?? null),
        rows: points.slice(0, 50).map(() => 1_000),
      })),
    };
    assert.deepEqual(metricsAt(history, 7), points[7]?.metrics);
    replayHistory(learner, history);
    for (const [nth, point] of points.slice(50).entries()) {
      assert.deepEqual(learner.step(point), oneByOne[50 + nth]);
    }
  });

  it('does not depend on the order of the metrics', () => {
    const points = nullStream('lognormal', { metrics: 8, days: 70, seed: 5 });
    const shuffled = points.map((point, nth) => {
      const { metrics } = point;
      return { ...point, metrics: [...metrics.slice(nth % 8), ...metrics.slice(0, nth % 8)] };
    });
    assert.deepEqual(judged(shuffled).map(byMetric), judged(points).map(byMetric));
  });

  it('gives no other band when a constant metric is added', () => {
    const points = nullStream('normal', { metrics: 5, days: 60, seed: 7 });
    const more = points.map((point) => ({
      ...point,
      metrics: [...point.metrics, { metric: 'constant', scale: 'number', value: 5, rows: 10 } as const],
    }));
    const without = judged(more).map((partition) => partition.filter(({ metric }) => metric !== 'constant'));
    // Until a constant is known as one, it takes its part of the budget like any other.
    assert.deepEqual(without, judged(points));
  });

  it('scales a band with its metric', () => {
    const values = noisy(80, { seed: 9 });
    for (const [nth, [plain]] of judged(series(values)).entries()) {
      const scaled = lastVerdict(series(values.slice(0, nth + 1).map((value) => 8 * value)));
      if (plain?.record.state !== 'banded') continue;
      assert.equal(banded(scaled).upper, 8 * plain.record.upper);
      assert.equal(banded(scaled).lower, 8 * plain.record.lower);
      assert.equal(scaled.severity, plain.severity);
    }
  });

  it('alarms outside the band and never inside', () => {
    const learner = createLearner({ alertsPerMonth: 1, ruleOf: () => defaultMetricRule });
    for (const point of nullStream('normal', { metrics: 3, days: 60, seed: 11 })) learner.absorb(point);
    const counts = createSeededRandom(4);
    for (let nth = 0; nth < 60; nth += 1) {
      const metrics = [
        { metric: 'count', scale: 'count', value: 200 + counts.below(60), rows: 1_000 },
        { metric: 'share', scale: 'percent', value: counts.below(30) / 10, rows: 1_000 },
      ] as const;
      learner.absorb({ partition: { key: dayKey(60 + nth), revision: 1 }, metrics });
    }
    const of = fc.record({
      metric: fc.constantFrom(['m0', 'number'], ['count', 'count'], ['share', 'percent']),
      value: fc.double({ noNaN: true, min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(of, ({ metric: [metric = '', scale], value }) => {
        const own = scale === 'percent' ? value / 4 : scale === 'count' ? Math.round(value) : value;
        const [verdict] = learner.judge({
          partition: { key: dayKey(120), revision: 1 },
          metrics: [{ metric, scale: scale as MetricScale, value: own, rows: 1_000 }],
        });
        const { lower, upper } = banded(verdict);
        assert.equal(alarms(verdict as LearnedVerdict), own < lower || own > upper);
        assert.equal((verdict?.severity ?? 0) >= 1, own <= lower || own >= upper || verdict?.severity === 1);
      }),
    );
  });

  it('finds the weekday, and alarms on a Sunday value on a Monday', () => {
    const values = Array.from({ length: 56 }, (_, nth) => (nth % 7 === 6 ? 40 : 100 + ((nth * 7) % 5)));
    const monday = lastVerdict(series([...values, 40]));
    assert.match(banded(monday).model, /season/);
    assert.equal(monday.status, 'fail');
    const sunday = lastVerdict(series([...values, 100, 101, 102, 103, 104, 101, 41]));
    assert.equal(sunday.status, 'pass');
  });

  it('makes one incident of a step, then judges by the new level', () => {
    const values = [...noisy(60), ...noisy(60, { level: 200, seed: 3 })];
    const verdicts = judged(series(values));
    assert.equal(incidentsOf(verdicts, 29), 1);
    assert.deepEqual(
      verdicts.slice(60, 63).map(([verdict]) => verdict?.record.state),
      ['banded', 'banded', 'new_level'],
    );
    assert.ok(Math.abs(banded(verdicts[100]?.[0]).expected - 200) < 15);
    // The scale was not learned anew: half of the step back still alarms.
    assert.ok(alarms(lastVerdict(series([...values.slice(0, 90), 100]))));
  });

  it('keeps the weekly pattern over a step', () => {
    const week = (nth: number, level: number): number => level + (nth % 7 >= 5 ? -50 : 0) + ((nth * 3) % 4);
    const values = Array.from({ length: 110 }, (_, nth) => week(nth, nth < 70 ? 200 : 400));
    assert.equal(incidentsOf(judged(series(values)), 29), 1);
  });

  it('follows a ramp without any incident', () => {
    const values = Array.from({ length: 120 }, (_, nth) => 1_000 + 15 * nth);
    assert.equal(incidentsOf(judged(series(values)), 21), 0);
  });

  it('is not poisoned by a stub: the next normal day passes, and half a day still fails', () => {
    const days = noisy(180, { level: 16_500, spread: 500 }).map(Math.round);
    const of = { scale: 'count', metric: 'row_count' } as const;
    const [stub, after] = judged(series([...days, 6, 16_400], of)).slice(180);
    assert.equal(stub?.[0]?.status, 'fail');
    assert.equal(after?.[0]?.status, 'pass');
    assert.ok(banded(after?.[0]).lower > 11_000);
    assert.deepEqual(banded(after?.[0]).excluded, [dayKey(180)]);
    assert.equal(lastVerdict(series([...days, 6, 8_200], of)).status, 'fail');
  });

  it('hears the number of rows among three hundred metrics, which one of them would not be', () => {
    const rows = noisy(91, { level: 17_000, spread: 600 });
    const others = Array.from({ length: 300 }, (_, nth) => noisy(91, { seed: nth + 2 }));
    const learner = createLearner({ alertsPerMonth: 1, ruleOf: () => defaultMetricRule });
    const steps = rows.map((value, day) => {
      const metrics = others.map((values, nth) => {
        return { metric: `c${nth}.avg`, scale: 'number' as const, value: values[day] ?? 0, rows: 17_000 };
      });
      const own = ['row_count', 'c.true_count'].map((metric) => {
        return { metric, scale: 'count' as const, value, rows: 17_000 };
      });
      return learner.step({ partition: { key: dayKey(day), revision: 1 }, metrics: [...own, ...metrics] });
    });
    const below = (name: string): number =>
      banded(steps.at(-1)?.find(({ metric }) => metric === name)).below?.quantile ?? Number.NaN;
    assert.ok(below('row_count') < 0.9 * below('c.true_count'));
  });

  it('gets used to a deviation that comes again and again unanswered', () => {
    const days = noisy(150, { seed: 4 });
    for (const nth of [60, 75, 90, 105, 120, 135]) days[nth] = 400;
    const outcomes = judged(series(days)).map(([verdict]) => verdict !== undefined && alarms(verdict));
    // One event is an accident, two are a habit.
    assert.deepEqual(
      [60, 75, 90, 105, 120].map((nth) => outcomes[nth]),
      [true, true, false, false, false],
    );
  });

  it('measures seldom changes of a constant by their rarity', () => {
    const constant = (days: number): number[] => Array.from({ length: days }, () => 5);
    assert.equal(lastVerdict(series([...constant(40), 5])).record.state, 'constant');
    assert.equal(lastVerdict(series([...constant(40), 6])).status, 'fail');
    assert.equal(lastVerdict(series([...constant(10), 6])).status, 'not_evaluated');
    const restless = Array.from({ length: 120 }, (_, nth) => (nth % 20 === 19 ? 6 : 5));
    const later = judged(series(restless)).map(([verdict]) => verdict !== undefined && alarms(verdict));
    assert.deepEqual(later.slice(60).filter(Boolean), []);
  });

  it('does not alarm at each first change where some constant or other changes all the time', () => {
    const random = createSeededRandom(12);
    const points = Array.from({ length: 120 }, (_, nth) => ({
      partition: { key: dayKey(nth), revision: 1 },
      metrics: Array.from({ length: 60 }, (__, at) => {
        const value = random.next() < 0.98 ? 0 : 1 + random.below(20);
        return { metric: `m${at}.zero_count`, scale: 'count', value, rows: 1_000 } as const;
      }),
    }));
    assert.ok(incidentsOf(judged(points), 14) <= 6);
  });

  it('expects of an average more noise on a day of few rows', () => {
    const usual = series(noisy(60, { seed: 4 }), { rows: 900 });
    const width = (rows: number): number => {
      const { upper, lower } = banded(
        lastVerdict(
          [...usual, ...series([100], { rows })].map((point, nth) => ({
            ...point,
            partition: { key: dayKey(nth), revision: 1 },
          })),
        ),
      );
      return upper - lower;
    };
    assert.ok(Math.abs(width(100) / width(900) - 3) < 0.05);
    assert.equal(width(2_000), width(900));
  });

  it('forecasts what follows the number of rows by it', () => {
    const random = createSeededRandom(14);
    const points = Array.from({ length: 90 }, (_, nth) => {
      const rows = 200 + random.below(5_000);
      const value = Math.round(0.3 * rows + 5 * normal(random));
      const metrics = [{ metric: 'm.distinct_count', scale: 'count', value, rows } as const];
      return { partition: { key: dayKey(nth), revision: 1 }, metrics };
    });
    const of = (value: number) => ({
      partition: { key: dayKey(90), revision: 1 },
      metrics: [{ metric: 'm.distinct_count', scale: 'count', value, rows: 4_000 } as const],
    });
    assert.equal(banded(lastVerdict([...points, of(1_200)])).model, 'rows');
    assert.equal(lastVerdict([...points, of(1_200)]).status, 'pass');
    assert.equal(lastVerdict([...points, of(900)]).status, 'fail');
  });

  it('takes a constant that moves for good as a new constant', () => {
    const values = [...Array.from({ length: 40 }, () => 0.1), ...Array.from({ length: 40 }, () => 0.3)];
    const verdicts = judged(series(values));
    assert.equal(incidentsOf(verdicts, 14), 1);
    assert.equal(verdicts[42]?.[0]?.record.state, 'new_level');
    const { record } = verdicts[60]?.[0] ?? {};
    assert.ok(record?.state === 'constant' && record.constant === 0.3);
  });

  it('watches only the side that was asked for', () => {
    const days = noisy(60, { seed: 4 });
    assert.equal(lastVerdict(series([...days, 10]), { direction: 'up' }).status, 'pass');
    assert.equal(lastVerdict(series([...days, 200]), { direction: 'up' }).status, 'fail');
    const down = lastVerdict(series([...days, 200]), { direction: 'down' });
    assert.equal(down.status, 'pass');
    assert.equal(down.upper, undefined);
  });

  it('widens and narrows with the sensitivity', () => {
    const days = noisy(60, { seed: 4 });
    const width = (sensitivity: MetricRule['sensitivity']): number => {
      const { upper, expected } = banded(lastVerdict(series([...days, 100]), { sensitivity }));
      return upper - expected;
    };
    assert.ok(width('low') > 1.9 * width('medium'));
    assert.ok(width('high') < 0.8 * width('medium'));
  });

  it('never alarms below the smallest effect that matters', () => {
    const days = Array.from({ length: 60 }, (_, nth) => 1e8 + (nth % 3));
    assert.equal(lastVerdict(series([...days, 1e8 + 500_000], { scale: 'count' })).status, 'pass');
    assert.notEqual(lastVerdict(series([...days, 1e8 + 2_000_000], { scale: 'count' })).status, 'pass');
    const shares = Array.from({ length: 60 }, () => 0);
    const of = { scale: 'percent', rows: 1e8 } as const;
    assert.equal(lastVerdict(series([...shares, 0.15], of)).status, 'pass');
    assert.equal(lastVerdict(series([...shares, 0.5], of)).status, 'fail');
  });

  it('learns nothing from gaps and from what is no number', () => {
    const days: (number | null)[] = noisy(60, { seed: 4 });
    const gaps = [...days.slice(0, 30), null, Number.NaN, Number.POSITIVE_INFINITY, ...days.slice(30)];
    const verdicts = judged(series(gaps));
    assert.deepEqual(verdicts[30], []);
    assert.deepEqual(verdicts[31], []);
    assert.equal(banded(verdicts.at(-1)?.[0]).history, 59);
  });

  it('measures and does not judge what is turned off', () => {
    const learner = createLearner({
      alertsPerMonth: 1,
      ruleOf: () => ({ ...defaultMetricRule, enabled: false }),
    });
    assert.deepEqual(
      series(noisy(40)).flatMap((point) => learner.step(point)),
      [],
    );
  });
});

describe('feedback', () => {
  const days = noisy(60, { seed: 4 });

  it('“real error” leaves no trace in the band', () => {
    const clean = banded(lastVerdict(series([...days, null, 100])));
    const told = banded(lastVerdict(series([...days, 500, 100], { feedback: { 60: 'real_error' } })));
    const untold = banded(lastVerdict(series([...days, 500, 100])));
    assert.equal(told.recordZ, clean.recordZ);
    assert.ok(Math.abs(told.upper / clean.upper - 1) < 0.001);
    assert.ok(untold.upper > told.upper);
  });

  it('“real error” leaves out what did not deviate too: half a day of rows is no lesson', () => {
    const lesson = (feedback: Record<number, HistoryPartition['feedback']>): LearnedRecord =>
      lastVerdict(series([...days, 101, 100], { feedback })).record;
    assert.deepEqual(banded({ record: lesson({ 60: 'real_error' }) } as LearnedVerdict).excluded, [
      dayKey(60),
    ]);
    assert.deepEqual(banded({ record: lesson({}) } as LearnedVerdict).excluded, []);
  });

  it('“expected” lets it come again', () => {
    const told = lastVerdict(series([...days, 500, 100, 495], { feedback: { 60: 'expected' } }));
    assert.equal(told.status, 'pass');
    assert.notEqual(lastVerdict(series([...days, 500, 100, 495])).status, 'pass');
  });

  it('“false alarm” learns from the value, and none as far from its forecast alarms again', () => {
    const sensitivities = ['low', 'medium', 'high'] as const;
    const of = fc.record({
      seed: fc.nat(),
      jump: fc.double({ noNaN: true, min: -1e5, max: 1e5 }),
      sensitivity: fc.constantFrom(...sensitivities),
    });
    fc.assert(
      fc.property(of, ({ seed, jump, sensitivity }) => {
        const past = noisy(60, { seed });
        const feedback = { 60: 'false_alarm' } as const;
        const alarmed = lastVerdict(series([...past, 100 + jump]), { sensitivity });
        fc.pre(alarmed.record.state === 'banded' && alarms(alarmed));
        const deviation = 100 + jump - banded(alarmed).expected;
        const next = series([...past, 100 + jump, 100], { feedback });
        const { excluded, expected } = banded(lastVerdict(next, { sensitivity }));
        assert.ok(!excluded.includes(dayKey(60)));
        const again = series([...past, 100 + jump, expected + deviation], { feedback });
        assert.equal(lastVerdict(again, { sensitivity }).status, 'pass');
      }),
      { numRuns: 20 },
    );
  });

  it('“false alarm” widens more than no answer, and no further than what was seen', () => {
    const told = lastVerdict(series([...days, 200, 100, 300], { feedback: { 60: 'false_alarm' } }));
    const untold = banded(lastVerdict(series([...days, 200, 100, 300])));
    assert.ok(banded(told).upper > untold.upper);
    assert.notEqual(told.status, 'pass');
  });

  it('“false alarm” on a constant lets it change as far again, however rarely it does', () => {
    const still = Array.from({ length: 175 }, () => 5);
    const feedback = { 175: 'false_alarm' } as const;
    for (const sensitivity of ['medium', 'high'] as const) {
      assert.notEqual(lastVerdict(series([...still, 7]), { sensitivity }).status, 'pass');
      const after = [...still, 7, ...still.map(() => 7), 9];
      assert.equal(lastVerdict(series(after, { feedback }), { sensitivity }).status, 'pass');
      assert.notEqual(lastVerdict(series(after), { sensitivity }).status, 'pass');
    }
  });

  it('“expected once” keeps it out of training', () => {
    const told = banded(lastVerdict(series([...days, 500, 100], { feedback: { 60: 'expected_once' } })));
    assert.deepEqual(told.excluded, [dayKey(60)]);
  });

  it('“new normal” moves the band at once', () => {
    const verdict = lastVerdict(series([...days, 500, 510], { feedback: { 60: 'new_normal' } }));
    assert.equal(verdict.status, 'pass');
    assert.ok(Math.abs(banded(verdict).expected - 500) < 40);
  });
});

describe('days of their own kind', () => {
  const days = noisy(120, { seed: 6 });
  const easter = { 40: 'Easter', 60: 'Easter', 80: 'Easter', 100: 'Easter' };
  for (const nth of [40, 60, 80, 100]) days[nth] = 300 + (nth % 7);

  it('are judged by the past days of the same name', () => {
    const verdicts = judged(series(days, { special: easter })).map(([verdict]) => verdict);
    assert.ok(Math.abs(banded(verdicts[100]).expected - 300) < 25);
    assert.equal(verdicts[100]?.status, 'pass');
    const usual = [...days.slice(0, 100), 100];
    assert.equal(lastVerdict(series(usual, { special: easter })).status, 'fail');
  });

  it('leave ordinary days as they were', () => {
    const gaps = days.map((value, nth) => (nth in easter ? null : value));
    const after = banded(lastVerdict(series(days, { special: easter })));
    const without = banded(lastVerdict(series(gaps)));
    assert.deepEqual([after.lower, after.upper], [without.lower, without.upper]);
  });

  it('have a doubled spread until three are known, and borrow from days of other names', () => {
    const other = { 40: 'Easter', 60: 'Easter', 80: 'Easter', 100: 'Whitsun' };
    const borrowed = banded(lastVerdict(series(days.slice(0, 101), { special: other })));
    const known = banded(lastVerdict(series(days.slice(0, 101), { special: easter })));
    assert.ok(Math.abs(borrowed.expected - known.expected) < 1);
    assert.equal(borrowed.scale, 2 * known.scale);
  });

  it('may be named by people: what is expected every week is judged by its weekday', () => {
    const weekly = noisy(90, { seed: 8 }).map((value, nth) => (nth >= 40 && nth % 7 === 5 ? 400 : value));
    const told = judged(series(weekly, { feedback: { 40: 'expected_weekly' } })).map(([verdict]) => verdict);
    assert.deepEqual(
      told.slice(41).filter((verdict) => verdict !== undefined && alarms(verdict)),
      [],
    );
    const missed = series([...weekly.slice(0, 82), 100], { feedback: { 40: 'expected_weekly' } });
    assert.equal(lastVerdict(missed).status, 'fail');
  });

  it('recur yearly on the same date only', () => {
    const year = noisy(420, { seed: 9 });
    for (const nth of [40, 405]) year[nth] = 400;
    const of = { feedback: { 40: 'expected_yearly' } } as const;
    assert.equal(lastVerdict(series(year.slice(0, 406), of)).status, 'pass');
    assert.equal(lastVerdict(series([...year.slice(0, 406), 400], of)).status, 'fail');
  });
});
