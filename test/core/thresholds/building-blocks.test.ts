import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { partitionKey } from '../../../src/base/ids.ts';
import { Spacing, seasonPoint } from '../../../src/core/thresholds/calendar.ts';
import { BudgetController } from '../../../src/core/thresholds/controller.ts';
import { metricFamily } from '../../../src/core/thresholds/metric-family.ts';
import { errorScale, scaleFloor, smallSampleFactor, spreadOf } from '../../../src/core/thresholds/scale.ts';
import { SeasonalEffects } from '../../../src/core/thresholds/seasonal.ts';
import { smallMedian } from '../../../src/core/thresholds/small-median.ts';
import { SortedWindow } from '../../../src/core/thresholds/sorted-window.ts';
import { normalQuantile, studentQuantile } from '../../../src/core/thresholds/student.ts';
import { fromScale, toScale } from '../../../src/core/thresholds/transform.ts';
import { dayKey } from './streams.ts';

function near(actual: number, expected: number, within: number): void {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);
}

describe('quantiles', () => {
  it('gives the tabulated quantiles of the normal distribution', () => {
    near(normalQuantile(0.975), 1.959964, 1e-6);
    near(normalQuantile(0.5), 0, 1e-12);
    near(normalQuantile(0.0001), -3.719016, 1e-6);
  });

  it("gives the tabulated quantiles of Student's t", () => {
    near(studentQuantile(3, 0.05), 3.182446, 1e-4);
    near(studentQuantile(10, 0.05), 2.228139, 1e-5);
    near(studentQuantile(4, 0.001), 8.610302, 1e-3);
    near(studentQuantile(30, 0.001), 3.645959, 1e-4);
  });
});

describe('SortedWindow', () => {
  it('answers like sorting the last numbers anew', () => {
    const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), {
      minLength: 1,
      maxLength: 120,
    });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 50 }), (values, capacity) => {
        const window = new SortedWindow(capacity);
        for (const value of values) window.push(value);
        const last = values.slice(-capacity);
        const sorted = last.toSorted((a, b) => a - b);
        assert.equal(window.size, last.length);
        assert.equal(window.median(), smallMedian(last));
        assert.equal(window.largest(0), sorted.at(-1));
        assert.equal(window.newest(0), last.at(-1));
        assert.deepEqual(
          sorted.map((_, place) => window.at(place)),
          sorted,
        );
        near(
          window.sum,
          last.reduce((sum, value) => sum + value, 0),
          1e-6,
        );
      }),
    );
  });

  it('interpolates quantiles between neighbours', () => {
    const window = new SortedWindow(10);
    for (const value of [4, 1, 3, 2]) window.push(value);
    assert.equal(window.quantile(0.9), 3.7);
    assert.equal(window.quantile(0), 1);
    assert.equal(window.trimmedMean(0.25), 2.5);
  });
});

describe('scale', () => {
  it('corrects the deviation of few points as Croux and Rousseeuw', () => {
    assert.equal(smallSampleFactor(7), 1.14);
    assert.equal(smallSampleFactor(30), 30 / 29.2);
  });

  it('survives a series that mostly stands still', () => {
    const errors = new SortedWindow(365);
    for (let nth = 0; nth < 50; nth += 1) errors.push(nth % 8 === 0 ? 10 : 0);
    assert.equal(errors.median(), 0);
    assert.ok(errorScale(errors) > 4);
  });

  it('is wider after few errors, however long nothing moved', () => {
    const after = (moves: number): number => {
      const errors = new SortedWindow(365);
      for (let nth = 0; nth < 100; nth += 1) errors.push(nth % 100 < moves ? 10 : 0);
      return errorScale(errors);
    };
    assert.ok(after(3) > 2 * after(40));
    assert.ok(after(12) > after(40));
  });

  it('judges 10 nulls of 1,577 rows after none as about 5.2 spreads', () => {
    const before = toScale('arcsine', 0, 1_577);
    const after = toScale('arcsine', (100 * 10) / 1_577, 1_577);
    const floor = scaleFloor({
      metricScale: 'percent',
      transform: 'arcsine',
      prediction: before,
      last: 0,
      rows: 1_577,
      scale: 0,
      largestStep: 0,
    });
    near(before, 0.01542, 1e-5);
    near(after, 0.08118, 1e-5);
    near(floor, 0.01259, 1e-5);
    near((after - before) / spreadOf(0, floor, 60), 5.2, 0.1);
  });
});

describe('transforms', () => {
  it('come back to the same value', () => {
    const value = fc.double({ noNaN: true, min: 0.001, max: 100 });
    fc.assert(
      fc.property(value, fc.integer({ min: 2, max: 1e9 }), (x, rows) => {
        for (const transform of ['identity', 'log', 'arcsine'] as const) {
          near(fromScale(transform, toScale(transform, x, rows), rows), x, 1e-6);
        }
      }),
    );
  });

  it('keep shares between 0 and 100', () => {
    assert.equal(fromScale('arcsine', -1, 100), 0);
    assert.equal(fromScale('arcsine', 9, 100), 100);
    assert.equal(fromScale('arcsine', 1, 0), 0);
  });
});

describe('seasons', () => {
  it('computed step by step equal those computed at once', () => {
    const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(values, (series) => {
        const seasonal = new SeasonalEffects();
        for (const [nth, value] of series.entries()) seasonal.absorb(value, seasonPoint(dayKey(nth)));
        const from = Math.max(0, series.length - 56);
        for (let slot = 0; slot < 7; slot += 1) {
          const own: number[] = [];
          for (let nth = series.length - 1; nth >= from && own.length < 8; nth -= 1) {
            if (seasonPoint(dayKey(nth)).slot !== slot) continue;
            own.push((series[nth] ?? 0) - smallMedian(series.slice(Math.max(0, nth - 3), nth + 4)));
          }
          assert.equal(seasonal.effect(slot), own.length === 0 ? 0 : smallMedian(own));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('know weekday, day of the month and hour', () => {
    assert.equal(seasonPoint(partitionKey('2001-01-01')).slot, 1);
    assert.equal(seasonPoint(partitionKey('2001-02-28')).monthRest, 0);
    assert.equal(seasonPoint(partitionKey('2001-02-28T05')).slot, 5);
    assert.equal(seasonPoint(partitionKey('2001-02')).period, 12);
    assert.equal(seasonPoint(partitionKey('country=DE')).period, 0);
  });

  it('count the partitions of a month from the spacing of keys', () => {
    const daily = new Spacing();
    for (let nth = 0; nth < 40; nth += 1) daily.observe(dayKey(nth));
    near(daily.perMonth(), 30.4, 0.1);
    const weekly = new Spacing();
    for (let nth = 0; nth < 40; nth += 1) weekly.observe(dayKey(nth * 7));
    near(weekly.perMonth(), 4.35, 0.01);
    const weekdays = new Spacing();
    for (let nth = 0; nth < 90; nth += 1) if (nth % 7 < 5) weekdays.observe(dayKey(nth));
    near(weekdays.perMonth(), 21.7, 0.6);
    const paused = new Spacing();
    for (let nth = 0; nth < 40; nth += 1) paused.observe(dayKey(nth < 20 ? nth : nth + 300));
    near(paused.perMonth(), 29, 1.5);
  });
});

describe('BudgetController', () => {
  it('holds the rate of incidents at the budget whatever opens them', () => {
    const controller = new BudgetController(1);
    const { forecast: level } = controller.levels(30);
    let incidents = 0;
    const days = 6_000;
    for (let nth = 0; nth < days; nth += 1) {
      // An adversary that alarms as long as the bars are below twice their width.
      const alarms = controller.lambda('count') < 2;
      if (alarms) incidents += 1;
      controller.step({ opened: alarms ? 'count' : undefined, judged: new Map([['count', 5]]), level });
    }
    near(incidents / days, level, 0.004);
  });

  it('widens the family that alarmed most, the others a little', () => {
    const controller = new BudgetController(1);
    const judged = new Map([
      ['extreme', 10],
      ['count', 10],
    ] as const);
    controller.step({ opened: 'extreme', judged, level: 0.02 });
    assert.ok(controller.lambda('extreme') > 1.2);
    assert.ok(controller.lambda('count') > 1 && controller.lambda('count') < 1.1);
  });
});

describe('metricFamily', () => {
  it('sets apart what single rows rule', () => {
    assert.equal(metricFamily('delay.max', 'number'), 'extreme');
    assert.equal(metricFamily('delay.null_percent', 'percent'), 'percent');
    assert.equal(metricFamily('delay.p99.9', 'number'), 'percentile');
    assert.equal(metricFamily('delay.avg', 'number'), 'moment');
    assert.equal(metricFamily('row_count', 'count'), 'dataset');
    assert.equal(metricFamily('a.b.zero_count', 'count'), 'count');
  });

  it('puts the metrics of groups of rows together', () => {
    assert.equal(metricFamily('delay.avg[origin=a.max]', 'number'), 'segment');
    assert.equal(metricFamily('row_count[origin=SFO]', 'count'), 'segment');
  });
});
