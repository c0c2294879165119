import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../../src/base/ids.ts';
import { windowsText } from '../../../src/cli/views/window-text.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import type { WindowView } from '../../../src/services/quality/windows.ts';
import { datasetOf } from '../../support/names.ts';

const window: WindowView = {
  from: partitionKey('2001-01-01'),
  to: partitionKey('2001-01-31'),
  partitions: 31,
  rowCount: 508_239,
  schema: [{ name: 'delay', type: columnType('INTEGER') }],
  values: [
    { metric: 'row_count', value: 508_239, scale: 'count', rows: 508_239 },
    { metric: 'avg', column: 'delay', value: 6.344, scale: 'number', rows: 508_000 },
    { metric: 'null_percent', column: 'delay', value: 1.5, scale: 'percent', rows: 508_239 },
    { metric: 'p99.9', column: 'delay', value: 262.51, scale: 'number', rows: 508_000, relativeError: 0.01 },
    { metric: 'avg', column: 'delay', segment: 'origin=ATL', value: undefined, scale: 'number', rows: 0 },
  ],
  details: [],
};

function shown(windows: readonly WindowView[], metrics: readonly string[]): string {
  return windowsText({ dataset: datasetOf('flights'), windows }, { metrics, width: 120, color: false });
}

describe('the text of a window', () => {
  it('says what it is of, and shows a line for each column', () => {
    const text = shown([window], []);
    assert.match(text, /^flights 2001-01-01 … 2001-01-31: 31 partitions, 508,239 rows\n/);
    assert.match(text, /delay +│ INTEGER │ 1\.5 % .* 6\.34 /);
  });

  it('shows the metrics asked for, the approximate ones marked', () => {
    const text = shown([window], ['delay.avg', 'delay.p99.9']);
    assert.match(text, /delay\.avg +│ +6\.34 │/);
    assert.match(text, /delay\.p99\.9 +│ +≈ 262\.5 │/);
  });

  it('has a line for each of several windows, and a dash where there is no value', () => {
    const months = [
      { ...window, name: '2001-01' },
      { ...window, name: '2001-02', partitions: 28, values: [] },
    ];
    const text = shown(months, ['row_count', 'delay.null_percent', 'delay.avg[origin=ATL]']);
    assert.match(text, /window +│ partitions │ +rows │ delay\.null_percent │ delay\.avg\[origin=ATL\]/);
    assert.match(text, /2001-01 │ +31 │ 508,239 │ +1\.5 % │ +– │/);
    assert.match(text, /2001-02 │ +28 │ 508,239 │ +– │ +– │/);
  });

  it('does not cut off which window a line is of, however many metrics there are', () => {
    const metrics = Array.from({ length: 8 }, (_, nth) => `delay_of_a_long_name_${nth}.null_percent`);
    assert.match(shown([{ ...window, name: '2001-01' }], metrics), /│ 2001-01 +│/);
  });
});
