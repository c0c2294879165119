import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotRange, plotSeries } from '../../../src/cli/render/plot.ts';

const none = (count: number) => Array.from({ length: count }, () => null);

test('draws a rise from the lower left to the upper right', () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7];
  const plot = plotSeries(
    { values, lower: none(8), upper: none(8), marks: none(8) },
    { width: 4, height: 2 },
  );
  assert.deepEqual(plot?.lines, ['  ⡠⠊', '⡠⠊  ']);
});

test('shades the band where no value is, and marks alarms below their column', () => {
  const plot = plotSeries(
    {
      values: [5, 5, null, 10],
      lower: [0, 0, 0, 0],
      upper: [null, 6, 6, 6],
      marks: [null, null, null, '✗'],
    },
    { width: 2, height: 3 },
  );
  assert.equal(plot?.marks, ' ✗');
  assert.match(plot.lines.join('\n'), /░/);
});

test('shows what lies far outside at the edge, so that the rest is no line', () => {
  const values = [...Array.from({ length: 99 }, (_, at) => 10 + (at % 5)), 1e9];
  const range = plotRange({ values, lower: none(100), upper: none(100) });
  assert.ok(range !== undefined && range.high < 100);
});

test('has nothing to draw without values', () => {
  assert.equal(
    plotSeries({ values: none(3), lower: none(3), upper: none(3), marks: none(3) }, { width: 5, height: 2 }),
    undefined,
  );
});
