import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../src/base/ids.ts';
import type { SeriesPoint } from '../../src/ports/quality-store.ts';
import { bandOption } from '../../web/src/charts/band-option.ts';

const colours = {
  ink: 'ink',
  grid: 'grid',
  line: 'line',
  band: 'band',
  surface: 'surface',
  fail: 'fail',
  warn: 'warn',
};

/** The parts of a plot that these tests look at. */
type Plot = {
  readonly yAxis: { readonly min: number; readonly max: number };
  readonly series: readonly { readonly type: string; readonly data: readonly unknown[] }[];
  readonly tooltip: { readonly formatter: (at: unknown) => string };
};

const plotOf = (points: readonly SeriesPoint[]): Plot =>
  bandOption({ points, metric: 'row_count' }, colours) as unknown as Plot;

describe('the plot of a metric', () => {
  it('lays the band between its edges, and leaves a hole where nothing was learned yet', () => {
    const { series } = plotOf([point(1, 10), point(2, 12, { lower: 8, upper: 15 })]);
    assert.deepEqual(series[0]?.data, [null, 8]);
    assert.deepEqual(series[1]?.data, [null, 7]);
    assert.deepEqual(series[2]?.data, [10, 12]);
  });

  it('shows what is normal next behind the last value, as a band of its own', () => {
    const points = [point(1, 10, { lower: 8, upper: 15 })];
    const option = bandOption({ points, metric: 'row_count', next: { lower: 2, upper: null } }, colours);
    const { series, yAxis, tooltip } = option as unknown as Plot;
    assert.deepEqual(series[2]?.data, [null, 2]);
    assert.deepEqual(series[3]?.data, [null, yAxis.max - 2]);
    assert.deepEqual(series[4]?.data, [10, null]);
    assert.ok(yAxis.min < 2);
    assert.match(tooltip.formatter([{ dataIndex: 1 }]), /next partition.*band 2 to …/);
  });

  it('draws a side of the band that is open to the edge of the plot', () => {
    const { series, yAxis } = plotOf([point(1, 10, { upper: 20 }), point(2, 12, { lower: 8 })]);
    assert.deepEqual(series[0]?.data, [yAxis.min, 8]);
    assert.deepEqual(series[1]?.data, [20 - yAxis.min, yAxis.max - 8]);
  });

  it('keeps its values apart though one band is wild', () => {
    const usual = { lower: 9, upper: 14 };
    const { yAxis } = plotOf([
      point(1, 10, { lower: -1e9, upper: 1e9 }),
      point(2, 12, usual),
      point(3, 11, usual),
    ]);
    assert.ok(yAxis.min > 0 && yAxis.max < 20, JSON.stringify(yAxis));
  });

  it('marks alarms at their place, in the colour of their status', () => {
    const { series } = plotOf([
      point(1, 10, { status: 'pass' }),
      point(2, 99, { status: 'fail' }),
      point(3, 30, { status: 'warn' }),
      point(4, null, { status: 'fail' }),
    ]);
    assert.deepEqual(series[3]?.data, [
      { value: [1, 99], itemStyle: { color: 'fail' } },
      { value: [2, 30], itemStyle: { color: 'warn' } },
    ]);
  });

  it('says what a point is, and lets no markup of a partition key through', () => {
    const hostile = { ...point(1, 1_234, { lower: 1 }), partition: partitionKey('<img src=x>&') };
    const { tooltip } = plotOf([hostile]);
    assert.equal(
      tooltip.formatter([{ dataIndex: 0 }]),
      '<b>&lt;img src=x>&amp;</b><br>1,234 · Not checked<br>band 1 to …',
    );
    assert.equal(tooltip.formatter([]), '');
  });

  it('stands without any value', () => {
    const { yAxis } = plotOf([point(1, null)]);
    assert.ok(yAxis.min < yAxis.max);
  });
});

function point(day: number, value: number | null, parts: Partial<SeriesPoint> = {}): SeriesPoint {
  return { partition: partitionKey(`2001-01-0${day}`), revision: 1, value, ...parts };
}
