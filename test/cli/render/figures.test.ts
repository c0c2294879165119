import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hour } from '../../../src/base/units.ts';
import { bar, formatMetricValue, formatNumber, sparkline } from '../../../src/cli/render/figures.ts';

test('writes numbers with separators and without false precision', () => {
  assert.equal(formatNumber(1_234_567), '1,234,567');
  assert.equal(formatNumber(12.345678), '12.35');
  assert.equal(formatNumber(123_456.789), '123,457');
  assert.equal(formatNumber(-5), '−5');
  assert.equal(formatNumber(Number.NEGATIVE_INFINITY), '−∞');
  assert.equal(formatNumber(Number.NaN), 'NaN');
});

test('writes a metric in its unit', () => {
  assert.equal(formatMetricValue(5.2, 'percent'), '5.2 %');
  assert.equal(formatMetricValue(26 * hour, 'duration'), '26 h');
  assert.equal(formatMetricValue(-2 * hour, 'duration'), '−2 h');
  assert.equal(formatMetricValue(undefined, 'count'), '–');
});

test('draws a sparkline with gaps, from the least or from zero', () => {
  assert.equal(sparkline([1, null, 8]), '▁ █');
  assert.equal(sparkline([7, 14], { from: 'zero' }), '▅█');
  assert.equal(sparkline([3, 3]), '▅▅');
  assert.equal(sparkline([]), '');
});

test('fills a bar to an eighth and never beyond its width', () => {
  assert.equal(bar(0.5, 4), '██░░');
  assert.equal(bar(0.53125, 4), '██▏░');
  assert.equal(bar(7, 4), '████');
  assert.equal(bar(-1, 4), '░░░░');
});
