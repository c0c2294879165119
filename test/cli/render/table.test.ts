import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { renderTable, type Table } from '../../../src/cli/render/table.ts';
import { textWidth, truncateText, visibleText } from '../../../src/cli/render/text-width.ts';

const plain = { width: 80, color: false };

test('draws a table in box lines with figures to the right', () => {
  const table: Table = {
    columns: [{ title: 'name' }, { title: 'rows', align: 'right' }],
    rows: [
      ['delay', '1,234'],
      ['日本', '5'],
    ],
  };
  assert.equal(
    renderTable(table, plain),
    [
      '┌───────┬───────┐',
      '│ name  │  rows │',
      '├───────┼───────┤',
      '│ delay │ 1,234 │',
      '│ 日本  │     5 │',
      '└───────┴───────┘',
      '',
    ].join('\n'),
  );
});

test('measures wide characters, emoji, flags and combining marks as terminals do', () => {
  assert.equal(textWidth('日本語'), 6);
  assert.equal(textWidth('한국'), 4);
  assert.equal(textWidth('👩‍👩‍👧‍👦'), 2);
  assert.equal(textWidth('🇩🇪✈️'), 4);
  assert.equal(textWidth('é'), 1);
  assert.equal(textWidth('ﾊﾝ'), 2);
  assert.equal(textWidth('✓ ▲ ✗'), 5);
});

test('shortens texts before figures, and says so with an ellipsis', () => {
  const table: Table = {
    columns: [{ title: 'value' }, { title: 'count', align: 'right' }],
    rows: [['a very long text that does not fit', '1,234,567,890']],
  };
  const text = renderTable(table, { width: 30, color: false });
  assert.match(text, /│ a very lo… │ 1,234,567,890 │/);
});

test('leaves out optional columns, the last first, rather than cutting the others to nothing', () => {
  const table: Table = {
    columns: [
      { title: 'name' },
      { title: 'minimum', align: 'right', optional: true },
      { title: 'maximum', align: 'right', optional: true },
    ],
    rows: [['delay', '1,000,000', '2,000,000']],
  };
  const narrow = renderTable(table, { width: 24, color: false });
  assert.match(narrow, /minimum/);
  assert.doesNotMatch(narrow, /maximum/);
});

test('leaves out the column with the largest number first, wherever it stands', () => {
  const table: Table = {
    columns: [
      { title: 'least', align: 'right', optional: 2 },
      { title: 'more', align: 'right', optional: 1 },
      { title: 'name', minWidth: 12 },
    ],
    rows: [['1,000,000', '2,000,000', 'a name of some length']],
  };
  const narrow = renderTable(table, { width: 30, color: false });
  assert.doesNotMatch(narrow, /least/);
  assert.match(narrow, /2,000,000 │ a name of som…/);
});

test('keeps every line as wide as the others and within the width', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, text), { maxLength: 5 }),
      fc.integer({ min: 20, max: 100 }),
      (rows, width) => {
        const table: Table = { columns: [{ title: 'a' }, { title: 'b', maxWidth: 12 }], rows };
        const lines = renderTable(table, { width, color: false }).trimEnd().split('\n');
        assert.deepEqual(new Set(lines.map(textWidth)).size, 1);
        assert.ok(textWidth(lines[0] ?? '') <= width);
      },
    ),
  );
});

test('colours are of no width and absent when they are not wanted', () => {
  const table: Table = { columns: [{ title: 'a' }], rows: [[{ text: 'x', style: 'bad' }]] };
  const colored = renderTable(table, { width: 80, color: true });
  const colorless = renderTable(table, plain);
  assert.notEqual(colored, colorless);
  assert.equal(stripVTControlCharacters(colored), colorless);
});

test('values of hostile data can not move the cursor or reverse the line', () => {
  assert.equal(visibleText('a\u001b[2Jb\nc\u202e'), 'a␛[2Jb␊c�');
  const table: Table = { columns: [{ title: 'a' }], rows: [['\u001b]0;title\u0007']] };
  assert.match(renderTable(table, plain), /│ ␛\]0;title␇ │/);
});

test('cuts between graphemes, never inside one', () => {
  assert.equal(truncateText('日本語', 4), '日…');
  assert.equal(truncateText('abc', 3), 'abc');
  assert.equal(truncateText('abc', 0), '');
});
