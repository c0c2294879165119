import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnTable, type MeasuredColumns } from '../../../src/cli/render/column-table.ts';
import { renderTable } from '../../../src/cli/render/table.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import type { MetricValue } from '../../../src/core/metrics/metric.ts';

function metric(
  column: string,
  name: string,
  value: number | undefined,
  more: Partial<MetricValue> = {},
): MetricValue {
  return {
    metric: name,
    column,
    value,
    scale: name.endsWith('percent') ? 'percent' : 'number',
    rows: 1_000,
    ...more,
  };
}

/** The cells of the line of one column, by title. */
function lineOf(native: string, values: readonly MetricValue[], more: Partial<MeasuredColumns> = {}) {
  const schema = [{ name: 'c', type: columnType(native) }];
  const table = columnTable({ schema, rowCount: 1_000, values, details: [], distributions: [], ...more });
  const cells = table.rows[0] ?? [];
  return Object.fromEntries(
    table.columns.map(({ title }, index) => {
      const cell = cells[index];
      return [title, typeof cell === 'object' ? cell.text : cell];
    }),
  );
}

test('small shares never look like none, and large ones never like all', () => {
  assert.equal(lineOf('BIGINT', [metric('c', 'null_percent', 0)])['nulls'], '0 %');
  assert.equal(lineOf('BIGINT', [metric('c', 'null_percent', 0.00001)])['nulls'], '<0.1 %');
  assert.equal(lineOf('BIGINT', [metric('c', 'null_percent', 99.99999)])['nulls'], '>99.9 %');
  assert.equal(lineOf('BIGINT', [metric('c', 'null_percent', 100)])['nulls'], '100 %');
  assert.equal(lineOf('BIGINT', [metric('c', 'null_percent', 5.24)])['nulls'], '5.2 %');
});

test('marks approximate counts, and shows missing values only where they are not the nulls', () => {
  const values = [metric('c', 'distinct_count', 12_345, { relativeError: 0.02, scale: 'count' })];
  assert.equal(lineOf('BIGINT', values)['distinct'], '≈ 12,345');
  const same = [metric('c', 'null_percent', 5), metric('c', 'missing_percent', 5)];
  assert.equal(lineOf('VARCHAR', same)['missing'], undefined);
  const more = [metric('c', 'null_percent', 5), metric('c', 'missing_percent', 7)];
  assert.equal(lineOf('VARCHAR', more)['missing'], '7 %');
});

test('writes times without what says nothing', () => {
  const values = [
    metric('c', 'min', 0, { exact: '2001-01-01T00:00:00.000000' }),
    metric('c', 'max', 0, { exact: '2001-06-30T23:54:00.123456' }),
  ];
  const line = lineOf('TIMESTAMP', values);
  assert.equal(line['min'], '2001-01-01');
  assert.equal(line['max'], '2001-06-30 23:54');
});

test('writes a median of times as a time, and one of whole numbers without a fraction', () => {
  const median = metric('c', 'p50', Date.UTC(2001, 2, 4, 5), { exact: '2001-03-04T05:00:00' });
  assert.equal(lineOf('TIMESTAMP', [median])['median'], '2001-03-04 05:00');
  assert.equal(lineOf('BIGINT', [metric('c', 'p50', 141.2, { relativeError: 0.01 })])['median'], '≈ 141');
  assert.equal(lineOf('DOUBLE', [metric('c', 'p50', 141.2, { relativeError: 0.01 })])['median'], '≈ 141.2');
});

test('marks what has an absolute error as approximate, too, which used to pass for exact', () => {
  const minute = { exact: '2001-03-04T05:00:30', absoluteError: 30_000 };
  assert.equal(lineOf('TIMESTAMP', [metric('c', 'p50', 0, minute)])['median'], '≈ 2001-03-04 05:00');
  const distinct = metric('c', 'distinct_count', 900, { absoluteError: 20, scale: 'count' });
  assert.equal(lineOf('VARCHAR', [distinct])['distinct'], '≈ 900');
});

test('says what rare texts have in common: their format, else their pattern, and their lengths', () => {
  const lengths = [metric('c', 'min_length', 7), metric('c', 'max_length', 7)];
  const share = metric('c', 'format_percent', undefined);
  const detail = (name: string, value: string, count: number) => {
    return { metric: name, column: 'c', values: [{ value, count }], countError: 0 };
  };
  const patterned = { details: [detail('top_patterns', 'A-9999', 990)] };
  assert.equal(lineOf('VARCHAR', [...lengths, share], patterned)['values'], 'A-9999 99 %, length 7');
  const formatted = { details: [...patterned.details, detail('formats', 'email', 1_000)] };
  assert.equal(lineOf('VARCHAR', [...lengths, share], formatted)['values'], 'email, length 7');
  const mixed = { details: [detail('top_patterns', 'A-9999', 300), detail('formats', 'hex', 900)] };
  assert.equal(lineOf('VARCHAR', [...lengths, share], mixed)['values'], 'length 7');
});

test('does not show the first and last text of the alphabet as if they were figures', () => {
  const values = [metric('c', 'min', undefined, { exact: 'Alabama' }), metric('c', 'null_percent', 0)];
  assert.equal(lineOf('VARCHAR', values)['min'], undefined);
});

test('shows frequent values, or the lengths where every value is rare', () => {
  const top = (...counts: number[]): Partial<MeasuredColumns> => ({
    details: [
      {
        metric: 'top_values',
        column: 'c',
        countError: 0,
        values: counts.map((count, at) => ({ value: `v${at}`, count })),
      },
    ],
  });
  assert.equal(lineOf('VARCHAR', [], top(600, 300, 60, 40))['values'], 'v0 60 %, v1 30 %, v2 6 %');
  const lengths = [metric('c', 'min_length', 8), metric('c', 'max_length', 36)];
  assert.equal(lineOf('VARCHAR', lengths, top(1, 1, 1))['values'], 'length 8–36');
  assert.equal(lineOf('BIGINT', [], top(20, 10))['values'], undefined);
  const truths = [metric('c', 'true_count', 620), metric('c', 'false_count', 380)];
  assert.equal(lineOf('BOOLEAN', truths)['values'], 'true 62 %');
});

test('draws the shape of numbers, before a value that most of them are', () => {
  const distributions = [{ column: 'c', shares: [0, 0.25, 0.5, 0.25] }];
  assert.equal(lineOf('BIGINT', [], { distributions })['values'], '▁▅█▅');
  const values = [
    { value: '0', count: 900 },
    { value: '17', count: 2 },
  ];
  const details = [{ metric: 'top_values', column: 'c', countError: 0, values }];
  assert.equal(lineOf('BIGINT', [], { distributions, details })['values'], '▁▅█▅ 0 90 %');
});

test('four thousand columns are laid out at once', () => {
  const schema = Array.from({ length: 4_096 }, (_, at) => ({
    name: `column ${at}`,
    type: columnType('BIGINT'),
  }));
  const values = schema.flatMap(({ name }) => [metric(name, 'min', 1), metric(name, 'max', 2)]);
  const distributions = schema.map(({ name }) => ({ column: name, shares: [1, 2] }));
  const table = columnTable({ schema, rowCount: 1, values, details: [], distributions });
  assert.equal(renderTable(table, { width: 100, color: false }).split('\n').length, 4_101);
});
