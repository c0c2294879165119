import assert from 'node:assert/strict';
import { it } from 'node:test';
import { wrapText } from '../../../src/cli/render/text-width.ts';

it('text is broken between words, loses none, and keeps to the width unless a word is longer', () => {
  const text = 'half of the rows are missing, 日本語 counts double, andthiswordistoolongforanyline of it';
  const lines = wrapText(text, 16);
  assert.equal(lines.join(' '), text);
  assert.deepEqual(lines.slice(0, 3), ['half of the rows', 'are missing,', '日本語 counts']);
  assert.ok(lines.includes('andthiswordistoolongforanyline'));
  assert.deepEqual(wrapText('', 10), ['']);
});
