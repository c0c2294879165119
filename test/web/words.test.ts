import assert from 'node:assert/strict';
import { it } from 'node:test';
import { agoText, durationText, numberText, shortNumber } from '../../web/src/parts/words.ts';

it('writes numbers so that people can read them', () => {
  const written = [0, 7, -1234, 3_018_221, 0.123456, 1234.5678, 1e-7, 1e13].map(numberText);
  assert.deepEqual(written, [
    '0',
    '7',
    '-1,234',
    '3,018,221',
    '0.1235',
    '1,235',
    '0.0000001',
    '10,000,000,000,000',
  ]);
  assert.deepEqual([3_018_221, 950, 0.04].map(shortNumber), ['3.02M', '950', '0.04']);
});

it('says how long ago something was, in whole units of the largest that fits', () => {
  const now = Date.UTC(2001, 0, 31);
  const ago = (seconds: number) => agoText(now - seconds * 1_000, now);
  assert.deepEqual([0, 9, 30, 60, 90 * 60, 26 * 3_600, 40 * 86_400].map(ago), [
    'just now',
    'just now',
    '30 seconds ago',
    '1 minute ago',
    '1 hour ago',
    'yesterday',
    '40 days ago',
  ]);
  assert.equal(ago(-3 * 3_600), 'in 3 hours');
});

it('says how long something took, and never rounds up to 60 of a unit', () => {
  const texts = [0.4, 999, 4_210, 59_400, 59_700, 9_960, 200_000, 3_599_900, 7_500_000].map(durationText);
  assert.deepEqual(texts, [
    '0 ms',
    '999 ms',
    '4.2 s',
    '59 s',
    '1 min 0 s',
    '10 s',
    '3 min 20 s',
    '1 h 0 min',
    '2 h 5 min',
  ]);
});
